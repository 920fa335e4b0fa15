// Adjoints of scalars are SSA values, also of those that loops carry, branches yield and regions capture: no buffer.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%x: f64, %w: f64, %p: i1, %n: index) -> f64 {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %y = scf.for %i = %c2 to %n step %c3 iter_args(%v = %x) -> f64 {
    %u = scf.if %p -> f64 {
      %a = arith.addf %v, %w : f64
      scf.yield %a : f64
    } else {
      %b = arith.subf %v, %w : f64
      scf.yield %b : f64
    }
    scf.yield %u : f64
  }
  return %y : f64
}
func.func @request(%x: f64, %w: f64, %p: i1, %n: index, %y_bar: f64) -> (f64, f64) {
  %x_bar, %w_bar = autodiff.vjp @f(%x, %w, %p, %n, %y_bar) args [active, active, const, const] results [active_noneed]
    : (f64, f64, i1, index, f64) -> (f64, f64)
  return %x_bar, %w_bar : f64, f64
}
// CHECK-LABEL: func.func private @f.vjp.active.active.const.const(
// CHECK-NOT:     memref
// CHECK:         scf.for {{.*}} iter_args
// CHECK-NOT:     memref
// CHECK:         return
