// The four operations, negation, and what they need: sums nothing, products the other factor.
// RUN: autodiff-opt %s --autodiff-wrap=function=product --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=quotient --autodiff-differentiate | FileCheck %s --check-prefix=QUOTIENT
// RUN: autodiff-run %s --entry sum --arg 0.7 --arg -0.3 --mode check
// RUN: autodiff-run %s --entry product --arg 0.7 --arg -0.3 --mode check
// RUN: autodiff-run %s --entry product --arg 0.0 --arg 0.0 --mode check
// RUN: autodiff-run %s --entry quotient --arg 0.7 --arg -0.3 --mode check
// RUN: autodiff-run %s --entry quotient --arg 0.0 --arg 3.0 --mode check
// RUN: autodiff-run %s --entry quotient --arg -20.0 --arg 0.25 --mode check
// RUN: autodiff-run %s --entry square --arg 1.5 --mode check
func.func @sum(%x: f64, %y: f64) -> f64 {
  %s = arith.addf %x, %y : f64
  %d = arith.subf %s, %y : f64
  %n = arith.negf %d : f64
  %r = arith.subf %n, %y : f64
  return %r : f64
}
func.func @product(%x: f64, %y: f64) -> f64 {
  %p = arith.mulf %x, %y : f64
  return %p : f64
}
func.func @quotient(%x: f64, %y: f64) -> f64 {
  %q = arith.divf %x, %y : f64
  return %q : f64
}
// One value on both sides.
func.func @square(%x: f64) -> f64 {
  %p = arith.mulf %x, %x : f64
  %q = arith.divf %p, %x : f64
  %s = arith.addf %q, %q : f64
  return %s : f64
}
// CHECK-LABEL: func.func private @product.vjp.active.active
// CHECK-SAME:    (%[[X:.*]]: f64, %[[Y:.*]]: f64, %[[BAR:.*]]: f64)
// CHECK-DAG:     %[[X_BAR:.*]] = arith.mulf %[[BAR]], %[[Y]]
// CHECK-DAG:     %[[Y_BAR:.*]] = arith.mulf %[[BAR]], %[[X]]
// CHECK:         return %{{.*}}, %[[X_BAR]], %[[Y_BAR]]

// The quotient is used again: no second power of the divisor.
// QUOTIENT-LABEL: func.func private @quotient.vjp.active.active
// QUOTIENT-SAME:    (%{{.*}}: f64, %[[Y:.*]]: f64, %{{.*}}: f64)
// QUOTIENT-NOT:     arith.mulf %[[Y]], %[[Y]]
// QUOTIENT:         return
