// Ops that upstream does not bufferize, or not to loops, are taken apart before; the derivative is that of their parts.
// RUN: autodiff-opt %s --autodiff-bufferize-pipeline --autodiff-cpu-pipeline | mlir-translate --mlir-to-llvmir -o /dev/null
// RUN: autodiff-opt %s --autodiff-decompose-tensors | FileCheck %s
// RUN: autodiff-run %s --entry softmax --arg rand:3x4:1 --mode check
// RUN: autodiff-run %s --entry softmax_of_buffers --arg rand:3x4:1 --arg zeros:3x4 --mode check
// RUN: autodiff-run %s --entry pack --arg rand:5x7:1 --arg rand:3x4x2x2:2 --mode check
// RUN: autodiff-run %s --entry gather --arg rand:3x4x5:1 --mode check
// RUN: autodiff-run %s --entry scatter --arg rand:4x3:1 --arg rand:2x3:2 --mode check
// RUN: autodiff-run %s --entry concat --arg rand:2x3:1 --arg rand:4x3:2 --mode check
// RUN: autodiff-run %s --entry pad --arg rand:2x3:1 --mode check
// The third row is the first, and the first is the second.
// RUN: autodiff-run %s --entry rows --arg rand:2x2:1 | FileCheck %s --check-prefix=ROWS
// ROWS: result-0 {{.*}} [0.9420055071735924, -0.11128156588845584, 0.1331231503445618, 0.49156351452540226]
// ROWS: arg-0 {{.*}} [0.1331231503445618, 0.49156351452540226, 0.9420055071735924, -0.11128156588845584]

// CHECK-NOT: linalg.softmax
// CHECK-NOT: linalg.pack
// CHECK-NOT: linalg.unpack
// CHECK-NOT: tensor.gather
// CHECK-NOT: tensor.scatter
// CHECK-NOT: tensor.concat
func.func @softmax(%x: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %e = tensor.empty() : tensor<3x4xf64>
  %y = linalg.softmax dimension(1) ins(%x : tensor<3x4xf64>) outs(%e : tensor<3x4xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @softmax_of_buffers(%x: memref<3x4xf64>, %o: memref<3x4xf64>) {
  linalg.softmax dimension(1) ins(%x : memref<3x4xf64>) outs(%o : memref<3x4xf64>)
  return
}
func.func @pack(%x: tensor<5x7xf64>, %w: tensor<3x4x2x2xf64>) -> tensor<5x7xf64> {
  %z = arith.constant 0.5 : f64
  %e = tensor.empty() : tensor<3x4x2x2xf64>
  %p = linalg.pack %x padding_value(%z : f64) inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %e : tensor<5x7xf64> -> tensor<3x4x2x2xf64>
  %q = arith.mulf %p, %w : tensor<3x4x2x2xf64>
  %f = tensor.empty() : tensor<5x7xf64>
  %u = linalg.unpack %q inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %f : tensor<3x4x2x2xf64> -> tensor<5x7xf64>
  %v = math.sin %u : tensor<5x7xf64>
  return %v : tensor<5x7xf64>
}
func.func @gather(%x: tensor<3x4x5xf64>) -> tensor<2x3x5xf64> {
  %i = arith.constant dense<[[3], [1]]> : tensor<2x1xi32>
  %g = tensor.gather %x[%i] gather_dims([1]) : (tensor<3x4x5xf64>, tensor<2x1xi32>) -> tensor<2x3x5xf64>
  %h = tensor.gather %x[%i] gather_dims([1]) unique : (tensor<3x4x5xf64>, tensor<2x1xi32>) -> tensor<2x3x1x5xf64>
  %k = tensor.collapse_shape %h [[0], [1, 2], [3]] : tensor<2x3x1x5xf64> into tensor<2x3x5xf64>
  %s = math.sin %g : tensor<2x3x5xf64>
  %p = arith.mulf %s, %k : tensor<2x3x5xf64>
  return %p : tensor<2x3x5xf64>
}
func.func @scatter(%x: tensor<4x3xf64>, %s: tensor<2x3xf64>) -> tensor<4x3xf64> {
  %i = arith.constant dense<[[3], [1]]> : tensor<2x1xindex>
  %q = math.sin %s : tensor<2x3xf64>
  %g = tensor.scatter %q into %x[%i] scatter_dims([0]) unique : (tensor<2x3xf64>, tensor<4x3xf64>, tensor<2x1xindex>) -> tensor<4x3xf64>
  %p = arith.mulf %g, %x : tensor<4x3xf64>
  return %p : tensor<4x3xf64>
}
func.func @concat(%x: tensor<2x3xf64>, %y: tensor<4x3xf64>) -> tensor<6x3xf64> {
  %q = math.sin %x : tensor<2x3xf64>
  %c = tensor.concat dim(0) %q, %y : (tensor<2x3xf64>, tensor<4x3xf64>) -> tensor<6x3xf64>
  %p = arith.mulf %c, %c : tensor<6x3xf64>
  return %p : tensor<6x3xf64>
}
func.func @pad(%x: tensor<2x3xf64>) -> tensor<4x6xf64> {
  %c = arith.constant 2.0 : f64
  %p = tensor.pad %x low[1, 2] high[1, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %c : f64
  } : tensor<2x3xf64> to tensor<4x6xf64>
  %q = arith.mulf %p, %p : tensor<4x6xf64>
  return %q : tensor<4x6xf64>
}
func.func @rows(%x: tensor<2x2xf64>) -> tensor<2x2xf64> {
  %i = arith.constant dense<[[1], [0]]> : tensor<2x1xi8>
  %y = tensor.gather %x[%i] gather_dims([0]) : (tensor<2x2xf64>, tensor<2x1xi8>) -> tensor<2x2xf64>
  return %y : tensor<2x2xf64>
}
