// Loops, branches and parallel loops that carry tensors become ones that carry or fill buffers.
// RUN: autodiff-opt %s --autodiff-bufferize-pipeline | FileCheck %s
// RUN: autodiff-run %s --entry scan --arg rand:5x3:1 --arg rand:3:2 --arg rand:3x3:3 --mode check
// RUN: autodiff-run %s --entry while --arg rand:4:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry while --arg rand:4:1 --arg 0 --mode check
// RUN: autodiff-run %s --entry forall --arg rand:8:1 --arg rand:8:2 --mode check
// RUN: autodiff-run %s --entry forall --arg rand:8:1 --arg rand:8:2 --mode check --threads 2
// RUN: autodiff-run %s --entry if --arg rand:4:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry if --arg rand:4:1 --arg 0 --mode check
// CHECK-NOT: tensor
func.func @scan(%xs: tensor<5x3xf64>, %h0: tensor<3xf64>, %w: tensor<3x3xf64>) -> (tensor<3xf64>, tensor<5x3xf64>) {
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %empty = tensor.empty() : tensor<5x3xf64>
  %r:2 = scf.for %t = %c0 to %c5 step %c1 iter_args(%h = %h0, %states = %empty) -> (tensor<3xf64>, tensor<5x3xf64>) {
    %x = tensor.extract_slice %xs[%t, 0] [1, 3] [1, 1] : tensor<5x3xf64> to tensor<3xf64>
    %e = tensor.empty() : tensor<3xf64>
    %f = linalg.fill ins(%zero : f64) outs(%e : tensor<3xf64>) -> tensor<3xf64>
    %y = linalg.matvec ins(%w, %h : tensor<3x3xf64>, tensor<3xf64>) outs(%f : tensor<3xf64>) -> tensor<3xf64>
    %s = arith.addf %y, %x : tensor<3xf64>
    %next = math.sin %s : tensor<3xf64>
    %all = tensor.insert_slice %next into %states[%t, 0] [1, 3] [1, 1] : tensor<3xf64> into tensor<5x3xf64>
    scf.yield %next, %all : tensor<3xf64>, tensor<5x3xf64>
  }
  return %r#0, %r#1 : tensor<3xf64>, tensor<5x3xf64>
}
func.func @while(%x: tensor<4xf64>, %n: index) -> tensor<4xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.while (%i = %c0, %t = %x) : (index, tensor<4xf64>) -> (index, tensor<4xf64>) {
    %c = arith.cmpi slt, %i, %n : index
    scf.condition(%c) %i, %t : index, tensor<4xf64>
  } do {
  ^bb0(%i: index, %t: tensor<4xf64>):
    %s = math.sin %t : tensor<4xf64>
    %p = arith.mulf %s, %x : tensor<4xf64>
    %j = arith.addi %i, %c1 : index
    scf.yield %j, %p : index, tensor<4xf64>
  }
  return %r#1 : tensor<4xf64>
}
func.func @forall(%x: tensor<8xf64>, %w: tensor<8xf64>) -> tensor<8xf64> {
  %e = tensor.empty() : tensor<8xf64>
  %r = scf.forall (%i) in (8) shared_outs(%o = %e) -> tensor<8xf64> {
    %a = tensor.extract_slice %x[%i] [1] [1] : tensor<8xf64> to tensor<1xf64>
    %b = tensor.extract_slice %w[%i] [1] [1] : tensor<8xf64> to tensor<1xf64>
    %c = arith.mulf %a, %b : tensor<1xf64>
    %d = math.exp %c : tensor<1xf64>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %d into %o[%i] [1] [1] : tensor<1xf64> into tensor<8xf64>
    }
  }
  return %r : tensor<8xf64>
}
func.func @if(%x: tensor<?xf64>, %c: i1) -> tensor<?xf64> {
  %r = scf.if %c -> tensor<?xf64> {
    %y = math.exp %x : tensor<?xf64>
    scf.yield %y : tensor<?xf64>
  } else {
    scf.yield %x : tensor<?xf64>
  }
  %z = arith.mulf %r, %x : tensor<?xf64>
  return %z : tensor<?xf64>
}
