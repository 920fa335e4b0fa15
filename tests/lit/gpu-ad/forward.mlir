// Forward mode launches one kernel, with a shadow of the workgroup's memory beside it, and adds tangents atomically.
// RUN: autodiff-run %s --entry mean --arg rand:8:1 --arg rand:2:2 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s '--autodiff-wrap=function=mean mode=jvp' --autodiff-differentiate | FileCheck %s
!row = memref<4xf64, #gpu.address_space<workgroup>>
func.func @mean(%x: memref<8xf64>, %s: memref<2xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             workgroup(%row : !row) private(%own : memref<1xf64, #gpu.address_space<private>>) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    memref.store %v, %own[%c0] : memref<1xf64, #gpu.address_space<private>>
    %w = memref.load %own[%c0] : memref<1xf64, #gpu.address_space<private>>
    %e = math.exp %w : f64
    memref.store %e, %row[%tx] : !row
    gpu.barrier
    %mirrored = arith.subi %c3, %tx : index
    %other = memref.load %row[%mirrored] : !row
    %p = arith.mulf %other, %v : f64
    %old = memref.atomic_rmw addf %p, %s[%bx] : (f64, memref<2xf64>) -> f64
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @mean.jvp.dup.dup
// CHECK-SAME:    %[[X:.*]]: memref<8xf64>, %[[X_DOT:.*]]: memref<8xf64>, %[[S:.*]]: memref<2xf64>, %[[S_DOT:.*]]: memref<2xf64>
// CHECK:         gpu.launch {{.*}} workgroup(%[[ROW:.*]] : memref<4xf64, {{.*}}>, %[[ROW_DOT:.*]] : memref<4xf64, {{.*}}>) private(
// CHECK:           memref.load %[[X]]
// CHECK:           memref.load %[[X_DOT]]
// CHECK:           memref.store %{{.*}}, %[[ROW]]
// CHECK:           memref.store %{{.*}}, %[[ROW_DOT]]
// CHECK:           gpu.barrier
// CHECK:           memref.atomic_rmw addf %{{.*}}, %[[S]]
// CHECK:           memref.atomic_rmw addf %{{.*}}, %[[S_DOT]]
// CHECK-NOT:     gpu.launch
// CHECK:         return
