// Arguments that are marked `llvm.noalias`, or whose elements differ, are never the same memory.
// RUN: autodiff-opt %s --autodiff-print-aliases=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<8xf64> {llvm.noalias}, %b: memref<8xf64>, %c: memref<8xf32>) {
  return
}
// CHECK-LABEL: @f.vjp.dup.dup.dup: aliases
// CHECK-NEXT:    class #0: argument (noalias)
// CHECK-NEXT:      %arg0: argument #0
// CHECK-NEXT:    class #1: argument
// CHECK-NEXT:      %arg1: argument #1
// CHECK-NEXT:    class #2: argument
// CHECK-NEXT:      %arg2: argument #2
// CHECK-NOT:     {{.}}
