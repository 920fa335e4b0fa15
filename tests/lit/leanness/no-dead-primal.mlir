// What only the primal's result needs does not survive: the gradient of x sin(w) + exp(c) has no exponential.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%x: f64, %w: f64, %c: f64) -> f64 {
  %s = math.sin %w : f64
  %p = arith.mulf %x, %s : f64
  %e = math.exp %c : f64
  %y = arith.addf %p, %e : f64
  return %y : f64
}
func.func @request(%x: f64, %w: f64, %c: f64, %y_bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %w, %c, %y_bar) args [active, const, const] results [active_noneed] : (f64, f64, f64, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @f.vjp.active.const.const(
// CHECK-SAME:    %{{.*}}: f64, %[[W:.*]]: f64, %{{.*}}: f64, %[[BAR:.*]]: f64)
// CHECK-NEXT:    %[[S:.*]] = math.sin %[[W]]
// CHECK-NEXT:    %[[R:.*]] = arith.mulf %[[BAR]], %[[S]]
// CHECK-NEXT:    return %[[R]]
