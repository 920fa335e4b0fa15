// Loops on tensors are refused where threads run loops, too, before a pass fails on them without a word.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline=openmp=true --verify-diagnostics
func.func @double(%x: tensor<4xf64>) -> tensor<4xf64> {
  %empty = tensor.empty() : tensor<4xf64>
  // expected-error@+1 {{'scf.forall' op works on tensors; run 'autodiff-bufferize-pipeline' before}}
  %y = scf.forall (%i) in (4) shared_outs(%out = %empty) -> (tensor<4xf64>) {
  }
  return %y : tensor<4xf64>
}
