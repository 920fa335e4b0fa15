// A buffer that is freed in a branch cannot be read again: its release cannot wait.
// RUN: autodiff-opt %s --autodiff-print-replay=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<8xf64>, %p: i1, %n: index) -> f64 {
  %zero = arith.constant 0.0 : f64
  %table = memref.alloc() : memref<8xf64>
  memref.copy %a, %table : memref<8xf64> to memref<8xf64>
  %y = scf.if %p -> f64 {
    %x = memref.load %table[%n] : memref<8xf64>
    %s = math.sin %x : f64
    memref.dealloc %table : memref<8xf64>
    scf.yield %s : f64
  } else {
    memref.dealloc %table : memref<8xf64>
    scf.yield %zero : f64
  }
  return %y : f64
}
// CHECK: memref.load at replay-free.mlir:8:10 of %alloc: not replayable: freed by memref.dealloc at replay-free.mlir:10:5, which cannot wait
