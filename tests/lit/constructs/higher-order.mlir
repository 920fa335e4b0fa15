// A request inside a function that is differentiated is expanded first, in every combination of the modes.
// RUN: autodiff-run %s --entry vjp_of_scalar --arg 0.7 --mode check
// RUN: autodiff-run %s --entry jvp_of_scalar --arg 0.7 --mode check
// RUN: autodiff-run %s --entry third --arg 0.7 --mode check
// RUN: autodiff-run %s --entry hessian_vector --arg rand:4:1 --arg rand:4:2 --arg zeros:4 --mode check
// RUN: autodiff-run %s --entry forward_over_reverse --arg rand:4:1 --arg rand:4:2 --mode check
// RUN: autodiff-run %s --entry second --arg 0.7 --json | FileCheck %s --check-prefix=VALUES
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower | FileCheck %s
// CHECK-NOT: autodiff.
func.func private @f(%x: f64) -> f64 {
  %s = math.sin %x : f64
  %e = math.exp %s : f64
  %y = arith.mulf %e, %x : f64
  return %y : f64
}
func.func @vjp_of_scalar(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %x_bar = autodiff.vjp @f(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
func.func @jvp_of_scalar(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %y_dot = autodiff.jvp @f(%x, %one) args [dup] results [dup_noneed] : (f64, f64) -> f64
  return %y_dot : f64
}
func.func @third(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %second = autodiff.jvp @vjp_of_scalar(%x, %one) args [dup] results [dup_noneed] : (f64, f64) -> f64
  %third = autodiff.vjp @jvp_of_scalar(%x, %second) args [active] results [active_noneed] : (f64, f64) -> f64
  return %third : f64
}
// The second derivative of x^4 at 0.7 is 12 * 0.49.
// VALUES: "values":[5.87{{9|8}}
func.func private @fourth_power(%x: f64) -> f64 {
  %xx = arith.mulf %x, %x : f64
  %y = arith.mulf %xx, %xx : f64
  return %y : f64
}
func.func private @slope(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %x_bar = autodiff.vjp @fourth_power(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
func.func @second(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %r = autodiff.vjp @slope(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  return %r : f64
}
// A chain of products in memory.
func.func private @energy(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %y = scf.for %i = %c0 to %c4 step %c1 iter_args(%s = %one) -> f64 {
    %x = memref.load %a[%i] : memref<4xf64>
    %sx = arith.mulf %s, %x : f64
    %t = math.sin %sx : f64
    %next = arith.addf %t, %x : f64
    scf.yield %next : f64
  }
  return %y : f64
}
func.func private @gradient(%a: memref<4xf64>, %g: memref<4xf64>) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @energy(%a, %g, %one) args [dup] results [active_noneed] : (memref<4xf64>, memref<4xf64>, f64) -> ()
  return
}
func.func @hessian_vector(%a: memref<4xf64>, %v: memref<4xf64>, %out: memref<4xf64>) {
  %g = memref.alloc() : memref<4xf64>
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %zero, %g[%i] : memref<4xf64>
    memref.store %zero, %out[%i] : memref<4xf64>
  }
  autodiff.jvp @gradient(%a, %v, %g, %out) args [dup, dup] results [] : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  memref.dealloc %g : memref<4xf64>
  return
}
func.func @forward_over_reverse(%a: memref<4xf64>, %v: memref<4xf64>) -> f64 {
  %y_dot = autodiff.jvp @energy(%a, %v) args [dup] results [dup_noneed] : (memref<4xf64>, memref<4xf64>) -> f64
  return %y_dot : f64
}
