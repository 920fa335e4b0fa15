// A width other than 1 is refused until vector mode exists.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics
func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @request(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op with a width other than 1 is not supported yet; make one request per direction}}
  %r:3 = autodiff.jvp @f(%x, %x, %x) args [dup] results [dup] width 2 : (f64, f64, f64) -> (f64, f64, f64)
  return
}
