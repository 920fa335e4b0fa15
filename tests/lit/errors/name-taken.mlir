// The name of a derivative may be taken already.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics
func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func private @f.vjp.active(%x: f64, %y: f64) -> f64 {
  return %x : f64
}
func.func @request(%x: f64) -> f64 {
  // expected-error@+1 {{'@f.vjp.active' is the name of the derivative, but it is taken}}
  %r = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}
