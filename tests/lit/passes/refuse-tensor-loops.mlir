// A parallel loop on tensors is refused where it would be made another loop; it has to work on buffers before.
// RUN: autodiff-opt %s --autodiff-refuse-tensor-loops --verify-diagnostics
// RUN: not autodiff-opt %s --autodiff-cpu-pipeline 2>&1 | FileCheck %s
// RUN: not autodiff-opt %s --autodiff-wrap=function=double --autodiff-differentiate 2>&1 | FileCheck %s
// RUN: autodiff-run %s --entry double --arg rand:4:1 --mode check
// CHECK: refuse-tensor-loops.mlir:10:{{.*}} error: 'scf.forall' op works on tensors; run 'autodiff-bufferize-pipeline' before
func.func @double(%x: tensor<4xf64>) -> tensor<4xf64> {
  %empty = tensor.empty() : tensor<4xf64>
  // expected-error @below {{'scf.forall' op works on tensors; run 'autodiff-bufferize-pipeline' before, which makes buffers of them}}
  %y = scf.forall (%i) in (4) shared_outs(%out = %empty) -> tensor<4xf64> {
    %v = tensor.extract %x[%i] : tensor<4xf64>
    %w = arith.addf %v, %v : f64
    %one = tensor.from_elements %w : tensor<1xf64>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %one into %out[%i] [1] [1] : tensor<1xf64> into tensor<4xf64>
    }
  }
  return %y : tensor<4xf64>
}
