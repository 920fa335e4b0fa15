// The same in forward mode, and in a function below the one that the request names.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics
func.func private @inner(%x: vector<4xf64>) -> f64 {
  %one = arith.constant 1.0 : f64
  // expected-error@+1 {{'vector.multi_reduction' op has no forward-mode rule}}
  %a = vector.multi_reduction <mul>, %x, %one [0] : vector<4xf64> to f64
  return %a : f64
}
func.func private @f(%x: vector<4xf64>) -> f64 {
  %a = call @inner(%x) : (vector<4xf64>) -> f64
  return %a : f64
}
func.func @request(%x: vector<4xf64>, %x_dot: vector<4xf64>) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const', or give the op a rule with the option 'rules' of 'autodiff-differentiate' if it is elementwise (forward mode)}}
  %y_dot = autodiff.jvp @f(%x, %x_dot) args [dup] results [dup_noneed] : (vector<4xf64>, vector<4xf64>) -> f64
  return %y_dot : f64
}
