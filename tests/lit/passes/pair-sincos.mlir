// The sine and the cosine of one value are one op while a function is differentiated: the derivative of each is the
// other, and the reverse sweep computes none of them again.
// RUN: autodiff-opt %s --autodiff-pair-sincos | FileCheck %s
// RUN: autodiff-opt %s --autodiff-pair-sincos --autodiff-split-sincos | FileCheck %s --check-prefix=SPLIT
// RUN: autodiff-opt %s --autodiff-wrap=function=both --autodiff-differentiate | FileCheck %s --check-prefix=VJP
// RUN: autodiff-run %s --entry both --arg rand:5:1 --mode check
// RUN: autodiff-run %s --entry apart --arg 0.3 --arg 0.9 --mode check
// CHECK-LABEL: func.func @both
// CHECK:         %[[SIN:.*]], %[[COS:.*]] = math.sincos %[[X:.*]] : f64
// CHECK-NOT:     math.
// CHECK:         arith.mulf %[[SIN]], %[[COS]]
// SPLIT-LABEL: func.func @both
// SPLIT:         math.sin
// SPLIT:         math.cos
// VJP-LABEL: func.func private @both.vjp
// VJP-COUNT-1:   math.sin
// VJP-COUNT-1:   math.cos
// VJP-NOT:       math.
// VJP:           return
func.func @both(%a: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 1.0 : f64
  %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %a[%i] : memref<5xf64>
    %x = arith.mulf %v, %s : f64
    %y = math.sin %x : f64
    %z = math.cos %x : f64
    %w = arith.mulf %y, %z : f64
    %t = arith.addf %s, %w : f64
    scf.yield %t : f64
  }
  return %r : f64
}
// Not those of different values, or with different flags.
// CHECK-LABEL: func.func @apart
// CHECK-NOT:     math.sincos
// CHECK:         return
func.func @apart(%x: f64, %y: f64) -> f64 {
  %a = math.sin %x : f64
  %b = math.cos %y : f64
  %c = math.cos %x fastmath<contract> : f64
  %d = arith.mulf %a, %b : f64
  %e = arith.mulf %d, %c : f64
  return %e : f64
}
