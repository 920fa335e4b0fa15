// Recursion: of one function, with data-dependent depth, and of two functions that call each other.
// RUN: autodiff-run %s --entry power --arg 1.3 --arg 5 --mode check
// RUN: autodiff-run %s --entry power --arg 1.3 --arg 0 --mode check
// RUN: autodiff-run %s --entry even --arg 0.7 --arg 6 --mode check
// RUN: autodiff-run %s --entry power --arg 2.0 --arg 3 --mode vjp --json | FileCheck %s
// d/dx x^3 at 2 is 12.
// CHECK: "gradients":[{"index":0,{{.*}}"values":[12.0]
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
func.func @even(%x: f64, %n: i64) -> f64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %done = arith.cmpi sle, %n, %zero : i64
  %y = scf.if %done -> f64 {
    scf.yield %x : f64
  } else {
    %m = arith.subi %n, %one : i64
    %s = math.sin %x : f64
    %p = func.call @odd(%s, %m) : (f64, i64) -> f64
    scf.yield %p : f64
  }
  return %y : f64
}
func.func private @odd(%x: f64, %n: i64) -> f64 {
  %one = arith.constant 1 : i64
  %m = arith.subi %n, %one : i64
  %xx = arith.mulf %x, %x : f64
  %p = func.call @even(%xx, %m) : (f64, i64) -> f64
  %q = arith.mulf %p, %x : f64
  return %q : f64
}
