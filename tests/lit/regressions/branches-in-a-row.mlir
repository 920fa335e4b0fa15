// The adjoint of a value that many branches in a row pass on is found to be a sum in linear time, not in 2^32 steps.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower | FileCheck %s
// RUN: autodiff-run %s --entry loop --arg 0.3 --arg 0.9 --arg 3 --mode check
func.func private @branch(%x: f64, %y: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %r = scf.if %positive -> f64 {
    %s = math.sin %x : f64
    %t = arith.mulf %s, %y : f64
    scf.yield %t : f64
  } else {
    %s = math.exp %x : f64
    scf.yield %s : f64
  }
  return %r : f64
}
func.func private @branches2(%x: f64, %y: f64) -> f64 {
  %a = func.call @branch(%x, %y) : (f64, f64) -> f64
  %b = func.call @branch(%a, %y) : (f64, f64) -> f64
  return %b : f64
}
func.func private @branches8(%x: f64, %y: f64) -> f64 {
  %a = func.call @branches2(%x, %y) : (f64, f64) -> f64
  %b = func.call @branches2(%a, %y) : (f64, f64) -> f64
  %c = func.call @branches2(%b, %y) : (f64, f64) -> f64
  %d = func.call @branches2(%c, %y) : (f64, f64) -> f64
  return %d : f64
}
func.func @loop(%x: f64, %y: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%p = %x) -> f64 {
    %a = func.call @branches8(%p, %y) : (f64, f64) -> f64
    %b = func.call @branches8(%a, %y) : (f64, f64) -> f64
    %c = func.call @branches8(%b, %y) : (f64, f64) -> f64
    %d = func.call @branches8(%c, %y) : (f64, f64) -> f64
    scf.yield %d : f64
  }
  return %r : f64
}
func.func @gradient(%x: f64, %y: f64, %n: index, %bar: f64) -> (f64, f64) {
  %g:2 = autodiff.vjp @loop(%x, %y, %n, %bar) args [active, active, const] results [active_noneed]
    : (f64, f64, index, f64) -> (f64, f64)
  return %g#0, %g#1 : f64, f64
}
// CHECK-LABEL: func.func private @loop.vjp
// CHECK-COUNT-32: arith.addf {{.*}} fastmath<reassoc,nsz>
