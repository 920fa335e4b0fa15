// Every op without a rule under an active value is reported at once, with the request as a note; an inactive one is not.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics
func.func private @f(%x: vector<4xf64>, %w: vector<4xf64>) -> f64 {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant dense<0.0> : vector<f64>
  %inactive = vector.multi_reduction <mul>, %w, %one [0] : vector<4xf64> to f64
  // expected-error@+1 {{'vector.multi_reduction' op has no reverse-mode rule}}
  %a = vector.multi_reduction <mul>, %x, %one [0] : vector<4xf64> to f64
  // expected-error@+1 {{'vector.scan' op has no reverse-mode rule}}
  %b, %s = vector.scan <mul>, %x, %zero {inclusive = true, reduction_dim = 0 : i64} : vector<4xf64>, vector<f64>
  %c = vector.extract %s[] : f64 from vector<f64>
  %d = arith.mulf %a, %c : f64
  %e = arith.mulf %d, %inactive : f64
  return %e : f64
}
func.func @request(%x: vector<4xf64>, %w: vector<4xf64>, %y_bar: f64) -> vector<4xf64> {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const', or give the op a rule with the option 'rules' of 'autodiff-differentiate' if it is elementwise (reverse mode)}}
  %x_bar = autodiff.vjp @f(%x, %w, %y_bar) args [active, const] results [active_noneed]
         : (vector<4xf64>, vector<4xf64>, f64) -> vector<4xf64>
  return %x_bar : vector<4xf64>
}
