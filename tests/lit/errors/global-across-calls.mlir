// A derivative cannot travel through a global into a function whose call is not inlined, nor out of it.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics
memref.global "private" @state : memref<f64> = dense<0.0>
func.func private @reader(%n: index) -> f64 attributes {no_inline} {
  %s = memref.get_global @state : memref<f64>
  %v = memref.load %s[] : memref<f64>
  return %v : f64
}
func.func private @f(%x: f64, %n: index) -> f64 {
  // expected-error@+1 {{the global '@state' carries a derivative and is used by a function whose call is not inlined; pass the buffer as an argument}}
  %s = memref.get_global @state : memref<f64>
  memref.store %x, %s[] : memref<f64>
  %y = call @reader(%n) : (index) -> f64
  return %y : f64
}
func.func @request(%x: f64, %n: index, %bar: f64) -> f64 {
  // expected-note@+1 {{differentiation of '@f' with respect to argument #0 requested here}}
  %r = autodiff.vjp @f(%x, %n, %bar) args [active, const] results [active_noneed] : (f64, index, f64) -> f64
  return %r : f64
}

// -----

memref.global "private" @state : memref<f64> = dense<0.0>
func.func private @f(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error@+1 {{the global '@state' carries a derivative}}
  %s = memref.get_global @state : memref<f64>
  %v = memref.load %s[] : memref<f64>
  %done = arith.cmpi sle, %n, %c0 : index
  %r = scf.if %done -> f64 {
    scf.yield %v : f64
  } else {
    memref.store %x, %s[] : memref<f64>
    %m = arith.subi %n, %c1 : index
    %y = func.call @f(%x, %m) : (f64, index) -> f64
    scf.yield %y : f64
  }
  return %r : f64
}
func.func @request(%x: f64, %n: index, %bar: f64) -> f64 {
  // expected-note@+1 {{differentiation of '@f' with respect to argument #0 requested here}}
  %r = autodiff.jvp @f(%x, %bar, %n) args [dup, const] results [dup_noneed] : (f64, f64, index) -> f64
  return %r : f64
}

// -----

// A table that nobody writes a number to that varies is no obstacle.
memref.global "private" @table : memref<f64> = dense<3.0>
func.func private @f(%x: f64) -> f64 attributes {no_inline} {
  %s = memref.get_global @table : memref<f64>
  %v = memref.load %s[] : memref<f64>
  %y = arith.mulf %v, %x : f64
  return %y : f64
}
func.func private @g(%x: f64) -> f64 {
  %y = call @f(%x) : (f64) -> f64
  return %y : f64
}
func.func @request(%x: f64, %bar: f64) -> f64 {
  %r = autodiff.vjp @g(%x, %bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}
