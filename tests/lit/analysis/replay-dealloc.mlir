// A release at the end can wait for the reverse sweep; one inside a loop, or of one of two buffers, cannot.
// RUN: autodiff-opt %s --autodiff-print-replay=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<8xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %table = memref.alloc() : memref<8xf64>
  memref.copy %a, %table : memref<8xf64> to memref<8xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %waits = memref.load %table[%i] : memref<8xf64>
    %p = arith.mulf %waits, %waits : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  %outer = scf.for %i = %c0 to %n step %c1 iter_args(%s = %sum) -> f64 {
    %local = memref.alloc(%n) : memref<?xf64>
    scf.for %j = %c0 to %n step %c1 {
      %v = memref.load %a[%j] : memref<8xf64>
      memref.store %v, %local[%j] : memref<?xf64>
    }
    %x = memref.load %local[%i] : memref<?xf64>
    %p = arith.mulf %x, %x : f64
    %t = arith.addf %s, %p : f64
    memref.dealloc %local : memref<?xf64>
    scf.yield %t : f64
  }
  memref.dealloc %table : memref<8xf64>
  return %outer : f64
}
// CHECK:     memref.load at replay-dealloc.mlir:10:14 of %{{.*}}: replayable
// CHECK:     memref.load at replay-dealloc.mlir:21:10 of %{{.*}}: not replayable: overwritten in the same nest by memref.store at replay-dealloc.mlir:19:7
