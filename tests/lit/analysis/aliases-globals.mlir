// A global is one buffer wherever it is named; a constant one is never the same memory as a buffer that is written.
// RUN: autodiff-opt %s --autodiff-print-aliases=function=f -o /dev/null | FileCheck %s
memref.global "private" @table : memref<4xf64> = uninitialized
memref.global "private" constant @weights : memref<4xf64> = dense<[1.0, 2.0, 3.0, 4.0]>
func.func @f(%a: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %table = memref.get_global @table : memref<4xf64>
    %weights = memref.get_global @weights : memref<4xf64>
    %x = memref.load %a[%i] : memref<4xf64>
    %w = memref.load %weights[%i] : memref<4xf64>
    %p = arith.mulf %x, %w : f64
    memref.store %p, %table[%i] : memref<4xf64>
  }
  %again = memref.get_global @table : memref<4xf64>
  %y = memref.load %again[%c0] : memref<4xf64>
  return %y : f64
}
// CHECK:      class #0: argument
// CHECK-NEXT:   %arg0: argument #0
// CHECK-NEXT:   may be the same memory as [[TABLE:#[0-9]+]]{{$}}
// CHECK-DAG:  class [[TABLE]]: global
// CHECK-DAG:  class #{{[0-9]+}}: constant global
