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

// -----

// A loop without an exit.
func.func private @spin(%x: f64) -> f64 {
  cf.br ^again
^again:
  // expected-error@+1 {{'@spin' never returns, so it has no derivative; let it return}}
  cf.br ^again
}
func.func @request(%x: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@spin' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @spin(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func private @pass_on(%x: f64, %c: i1) -> f64 {
  cf.br ^one(%x : f64)
^one(%a: f64):
  %s = math.sin %a : f64
  cf.cond_br %c, ^two, ^one(%s : f64)
^two:
  // expected-error@+1 {{'@pass_on' never returns, so it has no derivative; let it return}}
  cf.br ^one(%a : f64)
}
func.func private @f(%x: f64, %c: i1) -> f64 {
  %y = func.call @pass_on(%x, %c) : (f64, i1) -> f64
  return %y : f64
}
func.func @request(%x: f64, %c: i1) -> f64 {
  // expected-note@+2 {{differentiation of '@pass_on' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %c, %x) args [active, const] results [active_noneed] : (f64, i1, f64) -> f64
  return %x_bar : f64
}
