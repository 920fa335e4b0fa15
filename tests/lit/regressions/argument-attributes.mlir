// Attributes of arguments are dictionaries, not text: braces in them, or words that look like others.
// RUN: autodiff-run %s --entry first --arg rand:3:1 | FileCheck %s
// RUN: autodiff-run %s --entry first --arg rand:3:1 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=overlap --autodiff-differentiate | FileCheck %s --check-prefix=MARK
func.func @first(%x: tensor<3xf64> {some.mark = {deep = {list = [1, "}"]}, text = "bufferization.writable"}}) -> tensor<3xf64> {
  %c0 = arith.constant 0 : index
  %v = tensor.extract %x[%c0] : tensor<3xf64>
  %w = arith.mulf %v, %v : f64
  %r = tensor.insert %w into %x[%c0] : tensor<3xf64>
  return %r : tensor<3xf64>
}
// The argument is printed as it was, the result differs from it.
// CHECK: 0.0177217731576608, 0.491563
// CHECK: 0.1331231503445618, 0.491563

// A text is no promise about memory.
func.func @overlap(%a: memref<3xf64> {some.note = "llvm.noalias"}, %b: memref<3xf64> {some.note = "llvm.noalias"}) {
  %c0 = arith.constant 0 : index
  %v = memref.load %a[%c0] : memref<3xf64>
  %w = arith.mulf %v, %v : f64
  memref.store %w, %b[%c0] : memref<3xf64>
  return
}
// MARK: func.func private @overlap.vjp
// MARK-NOT: {{.*}}{llvm.noalias}
// MARK: return
