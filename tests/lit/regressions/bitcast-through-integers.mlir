// A value that was active before its bits went through integers is refused, not given a derivative of zero.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @f(%x: f64) -> f64 {
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: the bits of a number have no derivative}}
  %bits = arith.bitcast %x : f64 to i64
  %mask = arith.constant 4503599627370495 : i64
  %mantissa = arith.andi %bits, %mask : i64
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: the bits of a number have no derivative}}
  %y = arith.bitcast %mantissa : i64 to f64
  return %y : f64
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func private @f(%x: f64) -> f64 {
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: the bits of a number have no derivative}}
  %bits = arith.bitcast %x : f64 to i64
  %mask = arith.constant 4503599627370495 : i64
  %mantissa = arith.andi %bits, %mask : i64
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: the bits of a number have no derivative}}
  %y = arith.bitcast %mantissa : i64 to f64
  return %y : f64
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %y_dot = autodiff.jvp @f(%x, %x) args [dup] results [dup_noneed] : (f64, f64) -> f64
  return %y_dot : f64
}
