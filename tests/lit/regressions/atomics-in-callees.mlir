// What a parallel loop calls runs in parallel, too: its atomic updates, and those of its derivative, stay atomic.
// RUN: autodiff-opt %s --autodiff-expand-atomics | FileCheck %s
// RUN: autodiff-run %s --entry total --arg rand:1:3 --arg zeros:1 --arg 200000 --mode check --threads 2 --tolerance 1e-6
// RUN: autodiff-opt %s --autodiff-wrap=function=total --autodiff-differentiate --autodiff-lower \
// RUN:   | autodiff-opt --autodiff-expand-atomics | FileCheck %s --check-prefix=DERIVATIVE

// CHECK-LABEL: func.func private @add_square
// CHECK: memref.atomic_rmw addf
// CHECK-LABEL: func.func private @alone
// CHECK-NOT: atomic
// CHECK: return
// DERIVATIVE-LABEL: func.func private @add_square.augment
// DERIVATIVE: memref.atomic_rmw addf
// DERIVATIVE-LABEL: func.func private @add_square.pullback
// DERIVATIVE: memref.atomic_rmw addf
func.func private @add_square(%x: memref<?xf64>, %sum: memref<1xf64>) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %v = memref.load %x[%c0] : memref<?xf64>
  %w = arith.mulf %v, %v : f64
  memref.atomic_rmw addf %w, %sum[%c0] : (f64, memref<1xf64>) -> f64
  return
}
func.func private @alone(%x: f64, %sum: memref<1xf64>) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  memref.atomic_rmw addf %x, %sum[%c0] : (f64, memref<1xf64>) -> f64
  return
}
func.func @total(%x: memref<?xf64>, %sum: memref<1xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @add_square(%x, %sum) : (memref<?xf64>, memref<1xf64>) -> ()
  }
  %v = memref.load %x[%c0] : memref<?xf64>
  func.call @alone(%v, %sum) : (f64, memref<1xf64>) -> ()
  return
}
