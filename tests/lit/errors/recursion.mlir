// Recursion is an error at the call, and so is a function that asks for a derivative of itself.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @power(%x: f64, %n: i64) -> f64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %done = arith.cmpi eq, %n, %zero : i64
  %y = scf.if %done -> f64 {
    %c = arith.constant 1.0 : f64
    scf.yield %c : f64
  } else {
    %m = arith.subi %n, %one : i64
    // expected-error@+1 {{call of recursive function '@power' cannot be differentiated; rewrite the recursion as a loop}}
    %p = func.call @power(%x, %m) : (f64, i64) -> f64
    %q = arith.mulf %p, %x : f64
    scf.yield %q : f64
  }
  return %y : f64
}
func.func @request(%x: f64, %n: i64) -> f64 {
  // expected-note@+2 {{differentiation of '@power' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @power(%x, %n, %x) args [active, const] results [active_noneed] : (f64, i64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func @f(%x: f64) -> f64 {
  // expected-error@+2 {{'@f' asks for a derivative of itself}}
  // expected-note@+1 {{while '@f' is differentiated for this request}}
  %y = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %y : f64
}
