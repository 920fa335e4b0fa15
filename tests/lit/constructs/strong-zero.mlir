// With `strong_zero` a derivative of zero stays zero where it meets an infinite partial; without, 0 times infinity is no
// number. At 0 the square root is not taken, or its argument does not move; that it does not is known at run time only, since
// a seed that is the constant zero has no effect at all (leanness/zero-seeds.mlir).
// RUN: autodiff-run %s --entry weak_reverse --arg 0.0 --json | FileCheck %s --check-prefix=WEAK
// RUN: autodiff-run %s --entry weak_forward --arg 0.0 --json | FileCheck %s --check-prefix=WEAK
// RUN: autodiff-run %s --entry strong_reverse --arg 0.0 --json | FileCheck %s --check-prefix=STRONG
// RUN: autodiff-run %s --entry strong_forward --arg 0.0 --json | FileCheck %s --check-prefix=STRONG
// RUN: autodiff-run %s --entry strong_reverse --arg 0.25 --json | FileCheck %s --check-prefix=REGULAR
// RUN: autodiff-run %s --entry strong_forward --arg 0.25 --json | FileCheck %s --check-prefix=REGULAR
// WEAK: "values":["NaN"]
// STRONG: "values":[3.0]
// d/dx (sqrt(x) + 3 x) = 1 / (2 sqrt(x)) + 3 = 4 at x = 1/4
// REGULAR: "values":[4.0]
func.func private @f(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %three = arith.constant 3.0 : f64
  %root = math.sqrt %x : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %safe = arith.select %positive, %root, %zero : f64
  %linear = arith.mulf %x, %three : f64
  %y = arith.addf %safe, %linear : f64
  return %y : f64
}
func.func @weak_reverse(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %x_bar = autodiff.vjp @f(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
func.func @strong_reverse(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %x_bar = autodiff.vjp @f(%x, %one) args [active] results [active_noneed] strong_zero : (f64, f64) -> f64
  return %x_bar : f64
}
func.func private @h(%x: f64, %z: f64) -> f64 {
  %three = arith.constant 3.0 : f64
  %root = math.sqrt %z : f64
  %linear = arith.mulf %x, %three : f64
  %y = arith.addf %root, %linear : f64
  return %y : f64
}
func.func @weak_forward(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %direction = arith.select %positive, %one, %zero : f64
  %y_dot = autodiff.jvp @h(%x, %one, %x, %direction) args [dup, dup] results [dup_noneed] : (f64, f64, f64, f64) -> f64
  return %y_dot : f64
}
func.func @strong_forward(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %direction = arith.select %positive, %one, %zero : f64
  %y_dot = autodiff.jvp @h(%x, %one, %x, %direction) args [dup, dup] results [dup_noneed] strong_zero : (f64, f64, f64, f64) -> f64
  return %y_dot : f64
}
