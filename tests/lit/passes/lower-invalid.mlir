// What `autodiff-lower` cannot lower.
// RUN: autodiff-opt %s --autodiff-lower --split-input-file --verify-diagnostics
func.func private @f(f64) -> f64
func.func @request(%x: f64) -> f64 {
  // expected-error@+1 {{'autodiff.vjp' op is a request, run 'autodiff-differentiate' first}}
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func @argument(%c: !autodiff.cache<f64>) -> f64 {
  // expected-error@+1 {{'autodiff.pop' op uses a cache that no 'autodiff.cache' op before it makes}}
  %x = autodiff.pop %c[] : <f64>
  return %x : f64
}
