// A function cannot ask for a derivative of itself.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics
func.func @f(%x: f64) -> f64 {
  // expected-error@+2 {{'@f' asks for a derivative of itself}}
  // expected-note@+1 {{while '@f' is differentiated for this request}}
  %y = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %y : f64
}
