// Tensor arguments are not written, whatever attributes they have: text in an attribute is no text of ours.
// RUN: autodiff-opt %s --autodiff-protect-tensors | FileCheck %s
// RUN: autodiff-run %s --entry f --arg rand:2:1 | FileCheck %s --check-prefix=VALUES
// CHECK: func.func @f(%{{.*}}: tensor<2xf64> {bufferization.writable = false, test.note = "a } brace, and a { one"})
// VALUES: result-0 {{.*}} [0.2662463006891236, 0.9831270290508045]
// VALUES: arg-0 {{.*}} [0.1331231503445618, 0.49156351452540226]
func.func @f(%x: tensor<2xf64> {test.note = "a } brace, and a { one"}) -> tensor<2xf64> {
  %y = arith.addf %x, %x : tensor<2xf64>
  return %y : tensor<2xf64>
}
