// What can be read again from memory that nothing overwrites is not cached: no buffer is allocated.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%a: memref<?x?xf64>, %b: memref<?x?xf64>, %m: index, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %y = scf.for %i = %c0 to %m step %c1 iter_args(%s = %zero) -> f64 {
    %r = scf.for %j = %c0 to %n step %c1 iter_args(%t = %s) -> f64 {
      %u = memref.load %a[%i, %j] : memref<?x?xf64>
      %v = memref.load %b[%j, %i] : memref<?x?xf64>
      %d = arith.subf %u, %v : f64
      %dd = arith.mulf %d, %d : f64
      %sum = arith.addf %t, %dd : f64
      scf.yield %sum : f64
    }
    scf.yield %r : f64
  }
  return %y : f64
}
func.func @request(%a: memref<?x?xf64>, %a_shadow: memref<?x?xf64>, %b: memref<?x?xf64>, %b_shadow: memref<?x?xf64>, %m: index, %n: index, %y_bar: f64) {
  autodiff.vjp @f(%a, %a_shadow, %b, %b_shadow, %m, %n, %y_bar) args [dup, dup, const, const] results [active_noneed]
    : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, index, index, f64) -> ()
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup.dup.const.const(
// CHECK-NOT:     memref.alloc
// CHECK:         return
