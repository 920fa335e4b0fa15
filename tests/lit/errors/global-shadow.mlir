// What a global names as its shadow has to be its like, one for each direction, and nothing else's.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics
// expected-error@+1 {{'autodiff.shadow' of '@g': '@nowhere' is no global}}
memref.global "private" @g : memref<f64> = dense<0.0> {autodiff.shadow = @nowhere}
func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  %r = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}

// -----

// expected-error@+1 {{'autodiff.shadow' of '@g': expected the type memref<f64>, got memref<2xf64> of '@g_bar'}}
memref.global "private" @g : memref<f64> = dense<0.0> {autodiff.shadow = @g_bar}
memref.global "private" @g_bar : memref<2xf64> = dense<0.0>
func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  %r = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}

// -----

memref.global "private" @g : memref<f64> = dense<0.0> {autodiff.shadow = @g_bar}
// expected-error@+1 {{'autodiff.shadow' of '@h': '@g_bar' is a shadow of '@g' already}}
memref.global "private" @h : memref<f64> = dense<0.0> {autodiff.shadow = @g_bar}
memref.global "private" @g_bar : memref<f64> = dense<0.0>
func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  %r = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}

// -----

// expected-error@+1 {{'autodiff.shadow' of '@g': expected a mutable 'memref.global' of floating-point numbers}}
memref.global "private" constant @g : memref<f64> = dense<0.0> {autodiff.shadow = @g_bar}
memref.global "private" @g_bar : memref<f64> = dense<0.0>
func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  %r = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}

// -----

// expected-error@+1 {{'autodiff.shadow' of '@g': expected a shadow for each direction, 2, got 1}}
memref.global "private" @g : memref<f64> = dense<0.0> {autodiff.shadow = @g_bar}
memref.global "private" @g_bar : memref<f64> = dense<0.0>
func.func private @f(%x: f64) -> f64 {
  %g = memref.get_global @g : memref<f64>
  memref.store %x, %g[] : memref<f64>
  return %x : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f'}}
  // expected-note@+1 {{mark the arguments}}
  %r:2 = autodiff.vjp @f(%x, %bar, %bar) args [active] results [active_noneed] {width = 2 : i64}
       : (f64, f64, f64) -> (f64, f64)
  return %r#0 : f64
}

// -----

// expected-error@+1 {{'@g_bar' is the shadow of '@g', but what is differentiated uses both; pass buffers as arguments instead}}
memref.global "private" @g : memref<f64> = dense<0.0> {autodiff.shadow = @g_bar}
memref.global "private" @g_bar : memref<f64> = dense<0.0>
func.func private @f(%x: f64) -> f64 {
  %g = memref.get_global @g : memref<f64>
  memref.store %x, %g[] : memref<f64>
  return %x : f64
}
func.func private @slope(%x: f64, %bar: f64) -> f64 {
  %r = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@slope'}}
  // expected-note@+1 {{mark the arguments}}
  %r = autodiff.jvp @slope(%x, %bar, %bar) args [dup, const] results [dup_noneed] : (f64, f64, f64) -> f64
  return %r : f64
}
