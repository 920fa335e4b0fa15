// A factor is needed only if the other one is active; what is inactive needs nothing.
// RUN: autodiff-opt %s --autodiff-print-needed="function=f args=active,const" -o /dev/null | FileCheck %s
func.func @f(%x: f64, %c: f64) -> f64 {
  %k = math.tanh %c : f64
  %xx = arith.addf %x, %x : f64
  %y = arith.mulf %xx, %k : f64
  return %y : f64
}
// CHECK-LABEL: @f.vjp.active.const.to.active: needed
// CHECK-NEXT:    math.tanh at needed-inactive.mlir:4:8: for arith.mulf at needed-inactive.mlir:6:8
// CHECK-NOT:     {{.}}
