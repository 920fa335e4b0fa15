// The derivative of a recursion takes time in proportion to its depth, not to the square: each level runs once.
// RUN: autodiff-run %s --entry power --arg 0.999 --arg 20000 --mode vjp --json | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=power --autodiff-differentiate | FileCheck %s --check-prefix=ONCE
// d/dx x^20000 at 0.999 is 20000 * 0.999^19999.
// CHECK: "gradients":[{"index":0,{{.*}}"values":[0.0000408534772124
// ONCE-LABEL: func.func private @power.augment.active.const(
// ONCE-COUNT-1: call @power.augment
// ONCE-NOT:   call
// ONCE-LABEL: func.func private @power.pullback.active.const(
// ONCE-COUNT-1: call @power.pullback
// ONCE-NOT:   call
// ONCE-LABEL: func.func private @power.vjp
func.func @power(%x: f64, %n: i64) -> f64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %done = arith.cmpi eq, %n, %zero : i64
  %y = scf.if %done -> f64 {
    %c = arith.constant 1.0 : f64
    scf.yield %c : f64
  } else {
    %m = arith.subi %n, %one : i64
    %p = func.call @power(%x, %m) : (f64, i64) -> f64
    %q = arith.mulf %p, %x : f64
    scf.yield %q : f64
  }
  return %y : f64
}
