// A width that no derivative can have code for is an error, whatever it is asked of.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics

func.func private @f(%x: memref<f64>) {
  return
}
func.func @halves(%x: memref<f64>) {
  // expected-error@+1 {{'autodiff.augment' op: expected a width of at most 65536, got 1000000000000000; make several requests}}
  %t = autodiff.augment @f(%x) args [const] results [] width 1000000000000000 : (memref<f64>) -> !autodiff.tape
  // expected-error@+1 {{'autodiff.pullback' op: expected a width of at most 65536, got 1000000000000000; make several requests}}
  autodiff.pullback @f(%t) args [const] results [] width 1000000000000000 : (!autodiff.tape) -> ()
  return
}
func.func @whole(%x: memref<f64>) {
  // expected-error@+1 {{'autodiff.vjp' op: expected a width of at most 65536, got 65537; make several requests}}
  autodiff.vjp @f(%x) args [const] results [] width 65537 : (memref<f64>) -> ()
  return
}
