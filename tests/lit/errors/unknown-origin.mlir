// A pointer that nobody knows may lead to any buffer of the caller: nothing active is taken to be out of its reach.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics
func.func private @external(f64) -> memref<3xf64>
func.func @f(%x: f64, %m: memref<3xf64>, %k: f64) -> f64 {
  %c1 = arith.constant 1 : index
  // expected-error @below {{call of '@external', which has no body, cannot be differentiated; give it a body, the attribute 'autodiff.vjp', or inactive values only; the buffer that it returns may be an argument that is not marked 'llvm.noalias'}}
  %r = call @external(%k) : (f64) -> memref<3xf64>
  memref.store %x, %m[%c1] : memref<3xf64>
  %y = memref.load %r[%c1] : memref<3xf64>
  return %y : f64
}
func.func @reverse(%x: f64, %m: memref<3xf64>, %m_shadow: memref<3xf64>, %k: f64, %bar: f64) -> f64 {
  // expected-note @below {{differentiation of '@f' with respect to arguments #0, #1 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %m, %m_shadow, %k, %bar) args [active, dup, const] results [active_noneed]
    : (f64, memref<3xf64>, memref<3xf64>, f64, f64) -> f64
  return %x_bar : f64
}

// -----

func.func private @external(f64) -> memref<3xf64>
func.func @f(%x: f64, %m: memref<3xf64>, %k: f64) -> f64 {
  %c1 = arith.constant 1 : index
  // expected-error @below {{give it a body, the attribute 'autodiff.jvp', or inactive values only; the buffer that it returns may be}}
  %r = call @external(%k) : (f64) -> memref<3xf64>
  memref.store %x, %r[%c1] : memref<3xf64>
  %y = memref.load %m[%c1] : memref<3xf64>
  return %y : f64
}
func.func @forward(%x: f64, %x_dot: f64, %m: memref<3xf64>, %m_shadow: memref<3xf64>, %k: f64) -> f64 {
  // expected-note @below {{differentiation of '@f' with respect to arguments #0, #1 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %y_dot = autodiff.jvp @f(%x, %x_dot, %m, %m_shadow, %k) args [dup, dup, const] results [dup_noneed]
    : (f64, f64, memref<3xf64>, memref<3xf64>, f64) -> f64
  return %y_dot : f64
}

// -----

// With the advice followed, there is nothing to refuse.
func.func private @external(f64) -> memref<3xf64>
func.func @f(%x: f64, %m: memref<3xf64> {llvm.noalias}, %k: f64) -> f64 {
  %c1 = arith.constant 1 : index
  %r = call @external(%k) : (f64) -> memref<3xf64>
  memref.store %x, %m[%c1] : memref<3xf64>
  %y = memref.load %r[%c1] : memref<3xf64>
  return %y : f64
}
func.func @reverse(%x: f64, %m: memref<3xf64>, %m_shadow: memref<3xf64>, %k: f64, %bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %m, %m_shadow, %k, %bar) args [active, dup, const] results [active_noneed]
    : (f64, memref<3xf64>, memref<3xf64>, f64, f64) -> f64
  return %x_bar : f64
}
