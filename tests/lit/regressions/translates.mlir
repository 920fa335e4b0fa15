// Whatever the pipeline for CPUs gives, mlir-translate reads: no attribute of other dialects is left on ops or arguments.
// RUN: autodiff-opt %s --autodiff-wrap=function=narrow --autodiff-differentiate --autodiff-lower --autodiff-cpu-pipeline \
// RUN:   | mlir-translate --mlir-to-llvmir | FileCheck %s
// RUN: autodiff-run %s --entry narrow --arg 0.5 --arg rand:4:1 --mode check

// CHECK: define {{.*}} @narrow
func.func @narrow(%x: f16, %a: memref<4xf16> {some.space = #gpu.address_space<global>, llvm.noalias}) -> f16
    attributes {some.kind = #arith.fastmath<fast>} {
  %c1 = arith.constant 1 : index
  %y = math.tanh %x fastmath<contract> {other.mark = [#gpu.address_space<private>, 1]} : f16
  %v = memref.load %a[%c1] {third.mark = {inner = #arith.overflow<nsw>}} : memref<4xf16>
  %p = arith.mulf %y, %v : f16
  return %p : f16
}
