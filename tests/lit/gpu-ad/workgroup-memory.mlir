// The shadow of a tile that a loop overwrites is in workgroup memory: cleared together, barriers mirrored, content cached.
// RUN: autodiff-run %s --entry windows --arg rand:4x6:1 --arg zeros:4x6 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=windows --autodiff-differentiate | FileCheck %s
!tile = memref<6xf64, #gpu.address_space<workgroup>>
func.func @windows(%x: memref<4x6xf64>, %y: memref<4x6xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c6, %sy = %c1, %sz = %c1)
             workgroup(%tile : !tile) {
    // Row after row through one tile: each thread multiplies its element by the next one.
    scf.for %row = %c0 to %c4 step %c1 {
      %v = memref.load %x[%row, %tx] : memref<4x6xf64>
      memref.store %v, %tile[%tx] : !tile
      gpu.barrier
      %after = arith.addi %tx, %c1 : index
      %next = arith.remui %after, %c6 : index
      %a = memref.load %tile[%tx] : !tile
      %b = memref.load %tile[%next] : !tile
      %p = arith.mulf %a, %b : f64
      memref.store %p, %y[%row, %tx] : memref<4x6xf64>
      gpu.barrier
    }
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @windows.vjp.dup.dup
// The slots of neighbouring threads are neighbours: the thread comes last.
// CHECK:         %[[CACHE:.*]] = autodiff.cache(%c4{{.*}}, %c6{{.*}}) : <f64>
// CHECK:         gpu.launch {{.*}} threads(%[[THREAD:[^,]*]],
// CHECK:           scf.for %[[ROW:[^ ]*]] =
// CHECK:             autodiff.push %{{.*}}, %[[CACHE]][%[[ROW]], %[[THREAD]]]
// CHECK:         gpu.launch {{.*}} workgroup(%[[SHADOW:[^ ]*]] : memref<6xf64
// CHECK:           memref.store %{{.*}}, %[[SHADOW]]
// CHECK:           gpu.barrier
// CHECK:           scf.for
// CHECK:             gpu.barrier
// CHECK:             autodiff.accumulate %{{.*}}, %[[SHADOW]]
// CHECK:             autodiff.accumulate %{{.*}}, %[[SHADOW]]
// CHECK:             gpu.barrier
// CHECK:             autodiff.take %[[SHADOW]]
