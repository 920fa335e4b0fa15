// Reverse mode of `math.tanh` reuses the primal result where that has the digits, and the operand where it is close to 1.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry tanh --arg 0.7 --mode check
// RUN: autodiff-run %s --entry tanh --arg -1.3 --mode check

// 1 / cosh(x)^2 at 20, and in f16 at 4: 1.6993417021166355e-17 and 0.001340950683025897.
// RUN: autodiff-run %s --entry tanh --arg 20 --mode vjp | FileCheck %s --check-prefix=FAR
// RUN: autodiff-run %s --entry half --arg 4 --mode vjp | FileCheck %s --check-prefix=HALF
// FAR:  grad-arg-0 {{.*}} 1.699341702116{{[0-9]*}}e-17
// HALF: grad-arg-0 {{.*}} 0.00134
func.func @tanh(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}
func.func @half(%x: f16) -> f16 {
  %y = math.tanh %x : f16
  return %y : f16
}
func.func @request(%x: f64, %y_bar: f64) -> f64 {
  %x_bar = autodiff.vjp @tanh(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @tanh.vjp.active
// CHECK-SAME:    (%[[X:.*]]: f64, %[[Y_BAR:.*]]: f64) -> f64
// CHECK:         %[[Y:.*]] = math.tanh %[[X]]
// CHECK-NOT:     math.tanh
// CHECK:         %[[SQUARE:.*]] = arith.mulf %[[Y]], %[[Y]]
// CHECK:         %[[PARTIAL:.*]] = arith.subf %{{.*}}, %[[SQUARE]]
// CHECK:         %[[NEAR:.*]] = arith.mulf %[[Y_BAR]], %[[PARTIAL]]
// CHECK:         math.absf %[[X]]
// CHECK:         math.exp
// CHECK:         %[[LARGE:.*]] = arith.divf
// CHECK:         %[[IS_NEAR:.*]] = arith.cmpf olt, %[[SQUARE]]
// CHECK:         %[[X_BAR:.*]] = arith.select %[[IS_NEAR]], %[[NEAR]], %[[LARGE]]
// CHECK:         return %[[X_BAR]]
