// The bits of a number have no derivative: an error with its reason in both modes, but not where nothing is active.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @f(%x: f16) -> bf16 {
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: the bits of a number have no derivative}}
  %y = arith.bitcast %x : f16 to bf16
  return %y : bf16
}
func.func @request(%x: f16, %y: bf16) -> f16 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %r = autodiff.vjp @f(%x, %y) args [active] results [active_noneed] : (f16, bf16) -> f16
  return %r : f16
}

// -----

func.func private @f(%x: f16) -> bf16 {
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: the bits of a number have no derivative}}
  %y = arith.bitcast %x : f16 to bf16
  return %y : bf16
}
func.func @request(%x: f16, %y: bf16) -> bf16 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %r = autodiff.jvp @f(%x, %x) args [dup] results [dup_noneed] : (f16, f16) -> bf16
  return %r : bf16
}

// -----

func.func private @f(%x: f64, %w: f64) -> f64 {
  %bits = arith.bitcast %w : f64 to i64
  %mask = arith.constant 4503599627370495 : i64
  %mantissa = arith.andi %bits, %mask : i64
  %v = arith.bitcast %mantissa : i64 to f64
  %y = arith.mulf %x, %v : f64
  return %y : f64
}
func.func @request(%x: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %x, %x) args [active, const] results [active_noneed] : (f64, f64, f64) -> f64
  return %x_bar : f64
}
