// A loop that only the primal's result needs does not survive: the sum of squares is read, not summed.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%a: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %xx = arith.mulf %x, %x : f64
    %t = arith.addf %s, %xx : f64
    scf.yield %t : f64
  }
  return %y : f64
}
func.func @request(%a: memref<?xf64>, %a_shadow: memref<?xf64>, %n: index, %y_bar: f64) {
  autodiff.vjp @f(%a, %a_shadow, %n, %y_bar) args [dup, const] results [active_noneed] : (memref<?xf64>, memref<?xf64>, index, f64) -> ()
  return
}
// One loop: the reverse one.
// CHECK-LABEL: func.func private @f.vjp.dup.const(
// CHECK:         scf.for
// CHECK-NOT:     scf.for
// CHECK:         return
