// A buffer that is written and never read towards a result has no shadow, though active values are stored there.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %log = memref.alloc(%n) : memref<?xf64>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> f64 {
    memref.store %v, %log[%i] : memref<?xf64>
    %w = arith.addf %v, %x : f64
    scf.yield %w : f64
  }
  %seen = memref.load %log[%c0] : memref<?xf64>
  %above = arith.cmpf ogt, %seen, %x : f64
  %z = arith.select %above, %y, %x : f64
  memref.dealloc %log : memref<?xf64>
  return %z : f64
}
func.func @request(%x: f64, %n: index, %z_bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %n, %z_bar) args [active, const] results [active_noneed] : (f64, index, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @f.vjp.active.const(
// CHECK:         memref.alloc
// CHECK-NOT:     memref.alloc
// CHECK:         return
