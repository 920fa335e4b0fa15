// Iterations that add to a buffer through a view from outside of their loop get views of their chunk's copy.
// RUN: autodiff-opt %s --autodiff-wrap=function=main --autodiff-differentiate --autodiff-localize | FileCheck %s
// RUN: autodiff-run %s --entry main --arg rand:4x8:1 --arg rand:2000:2 --arg zeros:2000 --arg 2 --mode check --threads 2
// RUN: autodiff-run %s --entry main --arg rand:4x8:1 --arg rand:2000:2 --arg zeros:2000 --arg 2 --mode check --threads 2
// RUN: autodiff-run %s --entry main --arg rand:4x8:1 --arg rand:2000:2 --arg zeros:2000 --arg 2 --mode check --threads 2
// CHECK-LABEL: func.func private @main.vjp
// CHECK-SAME:    %{{.*}}: memref<4x8xf64>, %[[SHADOW:.*]]: memref<4x8xf64>, %{{.*}}: memref<?xf64>
// CHECK:         scf.parallel (%[[CHUNK:.*]]) =
// CHECK:         scf.parallel (%[[CHUNK:.*]]) =
// CHECK:           %[[COPY:.*]] = autodiff.shadow() : memref<4x8xf64>
// CHECK:           memref.store %[[COPY]], %[[COPIES:.*]][%[[CHUNK]]]
// CHECK:           %[[ROW:.*]] = memref.subview %[[COPY]]
// CHECK:           autodiff.accumulate %{{.*}}, %[[ROW]][%{{.*}}] {autodiff.unshared}
// CHECK:         %[[DONE:.*]] = memref.load %[[COPIES]]
// CHECK:         %[[PART:.*]] = memref.load %[[DONE]]
// CHECK:         autodiff.accumulate %[[PART]], %[[SHADOW]]
func.func @main(%x: memref<4x8xf64>, %y: memref<?xf64>, %z: memref<?xf64>, %k: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %y, %c0 : memref<?xf64>
  %row = memref.subview %x[%k, 0] [1, 8] [1, 1] : memref<4x8xf64> to memref<8xf64, strided<[1], offset: ?>>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %a = memref.load %y[%i] : memref<?xf64>
    %sum = scf.for %j = %c0 to %c8 step %c1 iter_args(%s = %zero) -> f64 {
      %v = memref.load %row[%j] : memref<8xf64, strided<[1], offset: ?>>
      %av = arith.mulf %a, %v : f64
      %t = arith.addf %s, %av : f64
      scf.yield %t : f64
    }
    memref.store %sum, %z[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
