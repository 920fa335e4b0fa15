// A write in the loop of the load counts as coming after it, also if it stands in front.
// RUN: autodiff-opt %s --autodiff-print-replay=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<8xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f64 {
    memref.store %sum, %a[%i] : memref<8xf64>
    %x = memref.load %a[%c1] : memref<8xf64>
    %xx = arith.mulf %x, %x : f64
    scf.yield %xx : f64
  }
  return %s : f64
}
// CHECK: memref.load at replay-same-loop.mlir:9:10 of %arg0: not replayable: overwritten in the same nest by memref.store at replay-same-loop.mlir:8:5
