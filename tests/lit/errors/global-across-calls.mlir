// A derivative that goes through a global to where it cannot be followed is an error at the access.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics
memref.global "private" @state : memref<f64> = dense<0.0>
func.func private @keep(%x: f64) attributes {autodiff.vjp = @keep_vjp} {
  %s = memref.get_global @state : memref<f64>
  memref.store %x, %s[] : memref<f64>
  return
}
func.func private @keep_vjp(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  return %zero : f64
}
func.func private @f(%x: f64) -> f64 {
  // expected-error@+1 {{call of '@keep', which names its derivative and uses the global '@state', cannot be differentiated: '@state' carries a derivative; pass it as an argument, or give it a shadow that the derivative of '@keep' knows, by 'autodiff.shadow'}}
  call @keep(%x) : (f64) -> ()
  %s = memref.get_global @state : memref<f64>
  %v = memref.load %s[] : memref<f64>
  return %v : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %r = autodiff.vjp @f(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}

// -----

memref.global "private" @state : memref<f64> = dense<0.0>
func.func private @now() -> f64 attributes {autodiff.jvp = @now_jvp} {
  %s = memref.get_global @state : memref<f64>
  %v = memref.load %s[] : memref<f64>
  return %v : f64
}
func.func private @now_jvp() -> (f64, f64) {
  %zero = arith.constant 0.0 : f64
  return %zero, %zero : f64, f64
}
func.func private @inner(%x: f64, %n: index) -> f64 attributes {no_inline} {
  // expected-error@+1 {{call of '@now', which names its derivative and uses the global '@state'}}
  %y = call @now() : () -> f64
  return %y : f64
}
func.func private @f(%x: f64, %n: index) -> f64 {
  %s = memref.get_global @state : memref<f64>
  memref.store %x, %s[] : memref<f64>
  %y = call @inner(%x, %n) : (f64, index) -> f64
  return %y : f64
}
func.func @request(%x: f64, %n: index, %dot: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@inner' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %r = autodiff.jvp @f(%x, %dot, %n) args [dup, const] results [dup_noneed] : (f64, f64, index) -> f64
  return %r : f64
}

// -----

// Whoever is outside the module may write to a public global.
memref.global @state : memref<f64> = dense<0.0>
func.func private @tick(%n: index)
func.func private @f(%x: f64, %n: index) -> f64 {
  %s = memref.get_global @state : memref<f64>
  memref.store %x, %s[] : memref<f64>
  // expected-error@+1 {{call of '@tick', which has no body, cannot be differentiated: it may use the global '@state', which carries a derivative; make that 'private', or give '@tick' a body or the attribute 'autodiff.vjp'}}
  call @tick(%n) : (index) -> ()
  %v = memref.load %s[] : memref<f64>
  return %v : f64
}
func.func @request(%x: f64, %n: index, %bar: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %r = autodiff.vjp @f(%x, %n, %bar) args [active, const] results [active_noneed] : (f64, index, f64) -> f64
  return %r : f64
}

// -----

memref.global "private" @state : memref<f64> = dense<0.0>
func.func private @keep(%x: f64) attributes {no_inline} {
  %s = memref.get_global @state : memref<f64>
  memref.store %x, %s[] : memref<f64>
  return
}
func.func private @f(%x: f64, %c: i1) -> f64 {
  // expected-error@+1 {{'func.constant' op: the function may use the global '@state', and a derivative cannot be followed there; call it by its name}}
  %one = constant @keep : (f64) -> ()
  %other = arith.select %c, %one, %one : (f64) -> ()
  call_indirect %other(%x) : (f64) -> ()
  %s = memref.get_global @state : memref<f64>
  %v = memref.load %s[] : memref<f64>
  return %v : f64
}
func.func @request(%x: f64, %c: i1, %bar: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %r = autodiff.vjp @f(%x, %c, %bar) args [active, const] results [active_noneed] : (f64, i1, f64) -> f64
  return %r : f64
}

// -----

// A private global is out of reach of functions without a body; a table that nobody writes to carries nothing.
memref.global "private" @state : memref<f64> = dense<0.0>
memref.global @table : memref<f64> = dense<3.0>
func.func private @tick(%n: index)
func.func private @log(%x: f64)
func.func private @scaled(%x: f64) -> f64 attributes {no_inline} {
  %s = memref.get_global @table : memref<f64>
  %v = memref.load %s[] : memref<f64>
  %y = arith.mulf %v, %x : f64
  return %y : f64
}
func.func private @f(%x: f64, %n: index) -> f64 {
  %s = memref.get_global @state : memref<f64>
  memref.store %x, %s[] : memref<f64>
  call @tick(%n) : (index) -> ()
  %v = memref.load %s[] : memref<f64>
  %y = call @scaled(%v) : (f64) -> f64
  call @log(%y) : (f64) -> ()
  return %y : f64
}
func.func @request(%x: f64, %n: index, %bar: f64) -> f64 {
  %r = autodiff.vjp @f(%x, %n, %bar) args [active, const] results [active_noneed] : (f64, index, f64) -> f64
  return %r : f64
}
