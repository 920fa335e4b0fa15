// A function without a body cannot be differentiated, neither as the callee of a request nor called below it.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

// expected-note@+1 {{declared here}}
func.func private @external(f64) -> f64
func.func @request(%x: f64) -> f64 {
  // expected-error@+1 {{'@external' has no body and cannot be differentiated}}
  %x_bar = autodiff.vjp @external(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func private @external(f64) -> f64
func.func private @f(%x: f64) -> f64 {
  // expected-error@+1 {{call of '@external', which has no body, cannot be differentiated; give it a body, the attribute 'autodiff.vjp', or inactive values only}}
  %y = call @external(%x) : (f64) -> f64
  return %y : f64
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
