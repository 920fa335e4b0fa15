// Trip numbers, constants and values of the function's own block are not cached: indices are computed backwards.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%x: f64, %a: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %e = math.exp %x : f64
  %y = scf.for %i = %c2 to %n step %c3 iter_args(%s = %e) -> f64 {
    %j = arith.muli %i, %c2 : index
    %k = arith.addi %j, %n : index
    %v = memref.load %a[%k] : memref<?xf64>
    %p = arith.mulf %v, %e : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  return %y : f64
}
func.func @request(%x: f64, %a: memref<?xf64>, %a_shadow: memref<?xf64>, %n: index, %y_bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %a, %a_shadow, %n, %y_bar) args [active, dup, const] results [active_noneed]
    : (f64, memref<?xf64>, memref<?xf64>, index, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @f.vjp.active.dup.const(
// CHECK-NOT:     memref.alloc
// CHECK:         return
