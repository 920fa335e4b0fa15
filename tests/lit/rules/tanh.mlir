// Reverse mode of `math.tanh` reuses the primal result instead of recomputing it.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry tanh --arg 0.7 --mode check
func.func @tanh(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
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
// CHECK:         %[[X_BAR:.*]] = arith.mulf %[[Y_BAR]], %[[PARTIAL]]
// CHECK:         return %[[X_BAR]]
