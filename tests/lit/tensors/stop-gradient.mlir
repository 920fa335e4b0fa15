// `autodiff.stop_gradient` of a tensor stops the derivative of each element: of x stop(x) it is x.
// RUN: autodiff-run %s --entry stop --arg rand:3:1 --mode vjp | FileCheck %s
// CHECK: grad-arg-0 {{.*}} [0.1331231503445618, 0.49156351452540226, 0.9420055071735924]
func.func @stop(%x: tensor<3xf64>) -> tensor<3xf64> {
  %s = autodiff.stop_gradient %x : tensor<3xf64>
  %p = arith.mulf %s, %x : tensor<3xf64>
  return %p : tensor<3xf64>
}
