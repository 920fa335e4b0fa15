// Buffers that a loop swaps are one class, with the loop's arguments and results.
// RUN: autodiff-opt %s --autodiff-print-aliases=function=swap -o /dev/null | FileCheck %s --check-prefix=FOR
// RUN: autodiff-opt %s --autodiff-print-aliases=function=search -o /dev/null | FileCheck %s --check-prefix=WHILE
func.func @swap(%x: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<4xf64>
  %b = memref.alloc() : memref<4xf64>
  memref.copy %x, %a : memref<4xf64> to memref<4xf64>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (memref<4xf64>, memref<4xf64>) {
    %v = memref.load %p[%c0] : memref<4xf64>
    memref.store %v, %q[%c1] : memref<4xf64>
    scf.yield %q, %p : memref<4xf64>, memref<4xf64>
  }
  %y = memref.load %r#0[%c0] : memref<4xf64>
  return %y : f64
}
// FOR:      class #1: allocation
// FOR-NEXT:   memref.alloc at aliases-loops.mlir:7:8
// FOR-NEXT:   memref.alloc at aliases-loops.mlir:8:8
// FOR-NEXT:   %[[R:.*]]#0: scf.for at aliases-loops.mlir:10:10
// FOR-NEXT:   %[[R]]#1: scf.for at aliases-loops.mlir:10:10
// FOR-NEXT:   argument #1 of scf.for at aliases-loops.mlir:10:10
// FOR-NEXT:   argument #2 of scf.for at aliases-loops.mlir:10:10
// FOR-NOT:  class
func.func @search(%x: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %a = memref.alloc() : memref<4xf64>
  memref.copy %x, %a : memref<4xf64> to memref<4xf64>
  %r = scf.while (%p = %x) : (memref<4xf64>) -> memref<4xf64> {
    %v = memref.load %p[%c0] : memref<4xf64>
    %more = arith.cmpf ogt, %v, %v : f64
    scf.condition(%more) %p : memref<4xf64>
  } do {
  ^bb0(%q: memref<4xf64>):
    memref.store %one, %a[%c0] : memref<4xf64>
    scf.yield %a : memref<4xf64>
  }
  %y = memref.load %r[%c0] : memref<4xf64>
  return %y : f64
}
// WHILE:      class #0: argument, allocation
// WHILE-NEXT:   %arg0: argument #0
// WHILE-NEXT:   memref.alloc
// WHILE-NEXT:   scf.while
// WHILE-NEXT:   argument #0 of scf.while
// WHILE-NEXT:   argument #0 of scf.while
// WHILE-NOT:  class
