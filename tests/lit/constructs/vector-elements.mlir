// Vectors made of numbers, and taken apart into them, in both modes and differentiated again. Canonicalisation makes the
// first of insertions in a row.
// RUN: autodiff-run %s --entry swapped --arg rand:4:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry inserted --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry block --arg rand:2x3:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry curvature --arg rand:4:1 --arg 0.3 --mode check
// RUN: autodiff-opt %s --autodiff-differentiate=normal-form=false | FileCheck %s
// CHECK-LABEL: func.func private @swapped.vjp
// CHECK: vector.to_elements
// CHECK: vector.from_elements
func.func @swapped(%v: vector<4xf64>, %s: f64) -> vector<3xf64> {
  %a:4 = vector.to_elements %v : vector<4xf64>
  %b = arith.mulf %a#3, %s : f64
  %c = arith.mulf %a#0, %a#0 : f64
  %w = vector.from_elements %b, %c, %b : vector<3xf64>
  %y = math.sin %w : vector<3xf64>
  return %y : vector<3xf64>
}
func.func @inserted(%x: f64, %z: f64) -> vector<2xf64> {
  %v = arith.constant dense<0.25> : vector<2xf64>
  %w = vector.insert %x, %v [1] : f64 into vector<2xf64>
  %u = vector.insert %z, %w [0] : f64 into vector<2xf64>
  %y = arith.mulf %u, %w : vector<2xf64>
  return %y : vector<2xf64>
}
// Two dimensions, and an element that nobody uses.
func.func @block(%v: vector<2x3xf64>, %s: f64) -> vector<1x2xf64> {
  %a:6 = vector.to_elements %v : vector<2x3xf64>
  %b = arith.mulf %a#4, %s : f64
  %y = vector.from_elements %a#1, %b : vector<1x2xf64>
  return %y : vector<1x2xf64>
}
func.func @curvature(%v: vector<4xf64>, %s: f64) -> (vector<4xf64>, f64) {
  %one = arith.constant dense<1.0> : vector<3xf64>
  %v_bar, %s_bar = autodiff.vjp @swapped(%v, %s, %one) args [active, active] results [active_noneed]
    : (vector<4xf64>, f64, vector<3xf64>) -> (vector<4xf64>, f64)
  return %v_bar, %s_bar : vector<4xf64>, f64
}
