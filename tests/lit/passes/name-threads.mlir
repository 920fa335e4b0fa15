// Ids, dims and memory of the workgroup have one name each in a launch.
// RUN: autodiff-opt %s --autodiff-name-threads | FileCheck %s
// RUN: autodiff-run %s --entry turn --arg rand:2x4:1 --arg zeros:2x4 --target gpu-host --mode check --check-races
memref.global "private" @row : memref<4xf64, #gpu.address_space<workgroup>>

// CHECK-LABEL: func.func @turn
// CHECK:         %[[FOUR:.*]] = arith.constant 4
// CHECK:         gpu.launch blocks(%[[B:[a-z0-9]+]], %{{.*}}) in {{.*}} threads(%[[T:[a-z0-9]+]], %{{.*}}) in
// CHECK-SAME:    workgroup(%[[ROW:[a-z0-9]+]] : memref<4xf64, #gpu.address_space<workgroup>>) {
// CHECK-NOT:     gpu.{{[a-z]*_(id|dim)}}
// CHECK-NOT:     get_global
// CHECK:         %[[FIRST:.*]] = arith.muli %[[B]], %[[FOUR]]
// CHECK:         arith.addi %[[FIRST]], %[[T]]
// CHECK:         memref.store %{{.*}}, %[[ROW]][%[[T]]]
// CHECK:         gpu.barrier
// CHECK:         %[[LAST:.*]] = arith.subi %[[FOUR]], %{{.*}}
// CHECK:         %[[OTHER:.*]] = arith.subi %[[LAST]], %[[T]]
// CHECK:         memref.load %[[ROW]][%[[OTHER]]]
func.func @turn(%x: memref<2x4xf64>, %y: memref<2x4xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %block = gpu.block_id x
    %thread = gpu.thread_id x
    %size = gpu.block_dim x
    %all = gpu.global_id x
    %column = arith.remui %all, %size : index
    %one = memref.get_global @row : memref<4xf64, #gpu.address_space<workgroup>>
    %v = memref.load %x[%block, %column] : memref<2x4xf64>
    memref.store %v, %one[%thread] : memref<4xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %same = memref.get_global @row : memref<4xf64, #gpu.address_space<workgroup>>
    %last = arith.subi %size, %c1 : index
    %other = arith.subi %last, %tx : index
    %w = memref.load %same[%other] : memref<4xf64, #gpu.address_space<workgroup>>
    %vw = arith.mulf %v, %w : f64
    memref.store %vw, %y[%bx, %tx] : memref<2x4xf64>
    gpu.terminator
  }
  return
}
