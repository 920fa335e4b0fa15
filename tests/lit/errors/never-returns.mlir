// A function that never returns has no derivative, and is an error where it ends, also behind a call.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @f(%x: f64) -> f64 {
  // expected-error@+1 {{'@f' never returns, so it has no derivative; let it return}}
  ub.unreachable
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func private @stop(%x: memref<f64>) {
  // expected-error@+1 {{'@stop' never returns, so it has no derivative; let it return}}
  llvm.unreachable
}
func.func private @f(%x: memref<f64>, %c: i1) {
  scf.if %c {
    func.call @stop(%x) : (memref<f64>) -> ()
  }
  return
}
func.func @request(%x: memref<f64>, %d: memref<f64>, %c: i1) {
  // expected-note@+2 {{differentiation of '@stop' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @f(%x, %d, %c) args [dup, const] results [] : (memref<f64>, memref<f64>, i1) -> ()
  return
}
