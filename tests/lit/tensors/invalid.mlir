// What cannot be done on tensors is an error at its place that names the pipeline, or says what to do.
// RUN: autodiff-opt %s --split-input-file --verify-diagnostics --autodiff-differentiate -o /dev/null
// RUN: autodiff-opt %S/Inputs/softmax-of-complex.mlir --verify-diagnostics --autodiff-bufferize-pipeline -o /dev/null
// RUN: autodiff-opt %S/Inputs/tape-from-elsewhere.mlir --verify-diagnostics --autodiff-bufferize-pipeline -o /dev/null
func.func @product(%a: tensor<4x5xf64>, %b: tensor<5x3xf64>) -> tensor<4x3xf64> {
  %zero = arith.constant dense<0.0> : tensor<4x3xf64>
  // expected-error @below {{'linalg.matmul' op has no reverse-mode rule; run 'autodiff-bufferize-pipeline' before, which makes buffers of tensors and loops of linalg ops}}
  %c = linalg.matmul ins(%a, %b : tensor<4x5xf64>, tensor<5x3xf64>) outs(%zero : tensor<4x3xf64>) -> tensor<4x3xf64>
  return %c : tensor<4x3xf64>
}
func.func @gradient(%a: tensor<4x5xf64>, %b: tensor<5x3xf64>, %c: tensor<4x3xf64>) -> tensor<4x5xf64> {
  // expected-note @below {{differentiation of '@product'}}
  // expected-note @below {{mark the arguments that reach it 'const'}}
  %a_bar = autodiff.vjp @product(%a, %b, %c) args [active, const] results [active_noneed]
         : (tensor<4x5xf64>, tensor<5x3xf64>, tensor<4x3xf64>) -> tensor<4x5xf64>
  return %a_bar : tensor<4x5xf64>
}
