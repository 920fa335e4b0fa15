// A shadow must not be the memory of a primal, not even through a view.
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
