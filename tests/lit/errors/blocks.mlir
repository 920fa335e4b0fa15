// Branches that cannot be lifted to structured control flow are an error at their place.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics
func.func private @f(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  // expected-error@+1 {{'llvm.cond_br' op cannot be differentiated; branch by 'cf.cond_br' or 'cf.switch'}}
  llvm.cond_br %positive, ^bb1, ^bb2
^bb1:
  %y = math.log %x : f64
  return %y : f64
^bb2:
  return %x : f64
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}

// -----

// The engine's own mark is none of a program's.
func.func private @bounded(%x: f64) -> f64 {
  // expected-error@+1 {{'autodiff.boundary' op stands in derivatives while they are built, and has none}}
  autodiff.boundary(%x) : f64
  return %x : f64
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@bounded' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @bounded(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
