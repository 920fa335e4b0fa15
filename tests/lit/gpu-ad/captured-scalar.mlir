// A number that all threads read gets what they add, summed by block, in a cell; a cache has a slot for each thread.
// RUN: autodiff-run %s --entry scale --arg 0.7 --arg rand:11:1 --arg rand:11:2 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=scale --autodiff-differentiate | FileCheck %s
func.func @scale(%a: f64, %x: memref<?xf64>, %y: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %blocks = arith.ceildivui %n, %c4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %v = memref.load %y[%i] : memref<?xf64>
      %p = arith.mulf %a, %v : f64
      memref.store %p, %y[%i] : memref<?xf64>
    }
    gpu.terminator
  }
  // The reverse begins with what the kernel wrote: there are two launches.
  %first_y = memref.load %y[%c0] : memref<?xf64>
  %square = arith.mulf %first_y, %first_y : f64
  return %square : f64
}
// CHECK-LABEL: func.func private @scale.vjp.active.dup.dup
// CHECK-SAME:    %{{.*}}: f64, %{{.*}}: memref<?xf64>, %{{.*}}: memref<?xf64>, %[[Y:.*]]: memref<?xf64>, %[[Y_BAR:.*]]: memref<?xf64>
// CHECK:         %[[CACHE:.*]] = autodiff.cache(%{{.*}}, %{{.*}}) : <f64>
// CHECK:         gpu.launch blocks(%[[BLOCK:[^,]*]],{{.*}} threads(%[[THREAD:[^,]*]],
// CHECK:           autodiff.push %{{.*}}, %[[CACHE]][%[[BLOCK]], %[[THREAD]]]
// CHECK:         %[[CELL:.*]] = autodiff.shadow() : memref<f64>
// CHECK:         gpu.launch blocks(%[[BLOCK2:[^,]*]],{{.*}} threads(%[[THREAD2:[^,]*]],
// CHECK:           autodiff.take %[[Y_BAR]]
// CHECK:           autodiff.pop %[[CACHE]][%[[BLOCK2]], %[[THREAD2]]]
// CHECK:           %[[SUM:.*]] = gpu.all_reduce add %{{.*}} uniform
// CHECK:           scf.if
// CHECK:             autodiff.accumulate %[[SUM]], %[[CELL]][]
// CHECK:         memref.load %[[CELL]][]
