// A shadow must not be the memory of a primal, not even through a view, nor of two arguments that are distinct.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @f(%m: memref<4xf64>) {
  return
}
func.func @same(%m: memref<4xf64>) {
  // expected-error@+1 {{'autodiff.vjp' op: the shadow of argument #0 is the memory of argument #0; pass a buffer of its own}}
  autodiff.vjp @f(%m, %m) args [dup] results [] : (memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

func.func private @g(%m: memref<?xf64>) {
  return
}
func.func @view(%m: memref<4xf64>) {
  %a = memref.cast %m : memref<4xf64> to memref<?xf64>
  %b = memref.cast %m : memref<4xf64> to memref<?xf64>
  // expected-error@+1 {{'autodiff.jvp' op: the shadow of argument #0 is the memory of argument #0}}
  autodiff.jvp @g(%a, %b) args [dup] results [] : (memref<?xf64>, memref<?xf64>) -> ()
  return
}

// -----

// Both are only read, but their shadows are added to.
func.func private @dot(%x: memref<4xf64> {llvm.noalias}, %y: memref<4xf64>, %n: index) -> f64 {
  %a = memref.load %x[%n] : memref<4xf64>
  %b = memref.load %y[%n] : memref<4xf64>
  %ab = arith.mulf %a, %b : f64
  return %ab : f64
}
func.func @square(%x: memref<4xf64>, %s: memref<4xf64>, %n: index, %bar: f64) {
  // expected-error@+1 {{'autodiff.vjp' op: arguments #0 and #1 have one shadow, but '@dot' says 'llvm.noalias' of argument #0; pass a buffer for each}}
  autodiff.vjp @dot(%x, %s, %x, %s, %n, %bar) args [dup, dup, const] results [active_noneed]
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>, index, f64) -> ()
  return
}
// Tangents that are only read may be one buffer.
func.func @forward(%x: memref<4xf64>, %s: memref<4xf64>, %n: index) -> f64 {
  %y_dot = autodiff.jvp @dot(%x, %s, %x, %s, %n) args [dup, dup, const] results [dup_noneed]
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>, index) -> f64
  return %y_dot : f64
}
