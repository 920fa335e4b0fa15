// What the rules of the ops need: exp its result, sin its operand, a product the other factor, a sum nothing.
// RUN: autodiff-opt %s --autodiff-print-needed=function=f -o /dev/null | FileCheck %s
func.func @f(%x: f64, %w: f64) -> f64 {
  %sum = arith.addf %x, %w : f64
  %sine = math.sin %sum : f64
  %bent = math.exp %sine : f64
  %y = arith.mulf %bent, %w : f64
  return %y : f64
}
// CHECK-LABEL: @f.vjp.active.active.to.active: needed
// CHECK-NEXT:    %arg1: argument #1: for arith.mulf at needed.mlir:7:8
// CHECK-NEXT:    arith.addf at needed.mlir:4:10: for math.sin at needed.mlir:5:11
// CHECK-NEXT:    math.exp at needed.mlir:6:11: for math.exp at needed.mlir:6:11, arith.mulf at needed.mlir:7:8
// CHECK-NOT:     {{.}}
