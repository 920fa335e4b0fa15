// A write through another argument may hit the buffer, unless that argument is marked `llvm.noalias`.
// RUN: autodiff-opt %s --autodiff-print-replay=function=may -o /dev/null | FileCheck %s --check-prefix=MAY
// RUN: autodiff-opt %s --autodiff-print-replay=function=never -o /dev/null | FileCheck %s --check-prefix=NEVER
func.func @may(%a: memref<8xf64>, %b: memref<8xf64>, %n: index) {
  %x = memref.load %a[%n] : memref<8xf64>
  %y = math.sin %x : f64
  memref.store %y, %b[%n] : memref<8xf64>
  return
}
// MAY: memref.load at replay-aliases.mlir:5:8 of %arg0: not replayable: overwritten later by memref.store at replay-aliases.mlir:7:3
func.func @never(%a: memref<8xf64>, %b: memref<8xf64> {llvm.noalias}, %n: index) {
  %x = memref.load %a[%n] : memref<8xf64>
  %y = math.sin %x : f64
  memref.store %y, %b[%n] : memref<8xf64>
  return
}
// NEVER: memref.load at replay-aliases.mlir:12:8 of %arg0: replayable
