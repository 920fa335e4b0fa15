// Buffers of buffers that have no shadow, because only the caller knows which of the buffers that they hold are the same.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics
// Nothing active is in these: they are read as they are.
func.func @f(%x: f64, %t: memref<3xmemref<2xf64>>, %i: index) -> f64 {
  %c1 = arith.constant 1 : index
  %r = memref.load %t[%i] : memref<3xmemref<2xf64>>
  %a = memref.load %r[%c1] : memref<2xf64>
  %y = arith.mulf %a, %x : f64
  return %y : f64
}
func.func @reverse(%x: f64, %t: memref<3xmemref<2xf64>>, %i: index, %bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %t, %i, %bar) args [active, const, const] results [active_noneed]
    : (f64, memref<3xmemref<2xf64>>, index, f64) -> f64
  return %x_bar : f64
}

// -----

// expected-error @below {{derivatives pass through the buffers that a buffer of type 'memref<3xmemref<2xf64>>' holds, so it needs a shadow that holds their shadows; pass it as a 'dup' argument or allocate it in the function}}
func.func @f(%x: f64, %t: memref<3xmemref<2xf64>>, %i: index) -> f64 {
  %c1 = arith.constant 1 : index
  %r = memref.load %t[%i] : memref<3xmemref<2xf64>>
  memref.store %x, %r[%c1] : memref<2xf64>
  %q = memref.load %t[%c1] : memref<3xmemref<2xf64>>
  %a = memref.load %q[%c1] : memref<2xf64>
  return %a : f64
}
func.func @reverse(%x: f64, %t: memref<3xmemref<2xf64>>, %i: index, %bar: f64) -> f64 {
  // expected-note @below {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %t, %i, %bar) args [active, const, const] results [active_noneed]
    : (f64, memref<3xmemref<2xf64>>, index, f64) -> f64
  return %x_bar : f64
}

// -----

// expected-error @below {{so it needs a shadow that holds their shadows}}
func.func @f(%x: f64, %t: memref<3xmemref<2xf64>>, %i: index) -> f64 {
  %c1 = arith.constant 1 : index
  %r = memref.load %t[%i] : memref<3xmemref<2xf64>>
  memref.store %x, %r[%c1] : memref<2xf64>
  %q = memref.load %t[%c1] : memref<3xmemref<2xf64>>
  %a = memref.load %q[%c1] : memref<2xf64>
  return %a : f64
}
func.func @forward(%x: f64, %x_dot: f64, %t: memref<3xmemref<2xf64>>, %i: index) -> f64 {
  // expected-note @below {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %y_dot = autodiff.jvp @f(%x, %x_dot, %t, %i) args [dup, const, const] results [dup_noneed]
    : (f64, f64, memref<3xmemref<2xf64>>, index) -> f64
  return %y_dot : f64
}

// -----

// Both halves of a copy need one.
// expected-error @below {{so it needs a shadow that holds their shadows}}
func.func @f(%t: memref<3xmemref<2xf64>>, %u: memref<3xmemref<2xf64>>) -> f64 {
  %c1 = arith.constant 1 : index
  memref.copy %u, %t : memref<3xmemref<2xf64>> to memref<3xmemref<2xf64>>
  %q = memref.load %t[%c1] : memref<3xmemref<2xf64>>
  %a = memref.load %q[%c1] : memref<2xf64>
  return %a : f64
}
func.func @reverse(%t: memref<3xmemref<2xf64>>, %s: memref<3xmemref<2xf64>>, %u: memref<3xmemref<2xf64>>, %bar: f64) {
  // expected-note @below {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  autodiff.vjp @f(%t, %s, %u, %bar) args [dup, const] results [active_noneed]
    : (memref<3xmemref<2xf64>>, memref<3xmemref<2xf64>>, memref<3xmemref<2xf64>>, f64) -> ()
  return
}

// -----

memref.global "private" @table : memref<3xmemref<2xf64>> = uninitialized
func.func @f(%x: f64, %m: memref<2xf64>, %i: index) -> f64 {
  %c1 = arith.constant 1 : index
  // expected-error @below {{so it needs a shadow that holds their shadows}}
  %t = memref.get_global @table : memref<3xmemref<2xf64>>
  memref.store %m, %t[%i] : memref<3xmemref<2xf64>>
  %q = memref.load %t[%c1] : memref<3xmemref<2xf64>>
  %v = memref.load %q[%c1] : memref<2xf64>
  %y = arith.mulf %v, %x : f64
  return %y : f64
}
func.func @reverse(%x: f64, %m: memref<2xf64>, %s: memref<2xf64>, %i: index, %bar: f64) -> f64 {
  // expected-note @below {{differentiation of '@f' with respect to arguments #0, #1 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %m, %s, %i, %bar) args [active, dup, const] results [active_noneed]
    : (f64, memref<2xf64>, memref<2xf64>, index, f64) -> f64
  return %x_bar : f64
}

// -----

func.func @f(%x: f64) -> memref<2xmemref<f64>> {
  %c1 = arith.constant 1 : index
  // expected-error @below {{result #0 of type 'memref<2xmemref<f64>>' holds buffers and cannot be 'active'; store them in a 'dup' argument, or use 'autodiff.augment' and 'autodiff.pullback', which return its shadow}}
  %t = memref.alloc() : memref<2xmemref<f64>>
  %r = memref.alloc() : memref<f64>
  memref.store %x, %r[] : memref<f64>
  memref.store %r, %t[%c1] : memref<2xmemref<f64>>
  return %t : memref<2xmemref<f64>>
}
func.func @reverse(%x: f64, %bar: memref<2xmemref<f64>>) -> f64 {
  // expected-note @below {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %x_bar = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, memref<2xmemref<f64>>) -> f64
  return %x_bar : f64
}
