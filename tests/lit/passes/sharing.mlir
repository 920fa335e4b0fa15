// One derivative for each callee, mode and activities, shared by the requests; the primal is untouched.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// CHECK-COUNT-1: func.func private @f.vjp.active{{.*}}(
// CHECK-NOT:     func.func private @f.vjp.active
func.func private @f(%x: f64) -> f64 {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
// CHECK-LABEL: func.func @first
// CHECK:         call @[[NAME:f.vjp.active[^(]*]](
func.func @first(%x: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func @second
// CHECK:         call @[[NAME]](
func.func @second(%x: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
