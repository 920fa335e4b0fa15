// `select` and `scf.if` put the buffers that they choose from into one class.
// RUN: autodiff-opt %s --autodiff-print-aliases=function=f -o /dev/null | FileCheck %s
func.func @f(%p: i1, %q: i1, %a: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %one = memref.alloc() : memref<4xf64>
  %two = memref.alloc() : memref<4xf64>
  %alone = memref.alloc() : memref<4xf64>
  memref.copy %a, %one : memref<4xf64> to memref<4xf64>
  memref.copy %a, %two : memref<4xf64> to memref<4xf64>
  memref.copy %a, %alone : memref<4xf64> to memref<4xf64>
  %chosen = arith.select %p, %one, %two : memref<4xf64>
  %again = scf.if %q -> memref<4xf64> {
    %x = memref.load %alone[%n] : memref<4xf64>
    memref.store %x, %chosen[%n] : memref<4xf64>
    scf.yield %chosen : memref<4xf64>
  } else {
    %fresh = memref.alloc() : memref<4xf64>
    memref.copy %a, %fresh : memref<4xf64> to memref<4xf64>
    scf.yield %fresh : memref<4xf64>
  }
  %y = memref.load %again[%c0] : memref<4xf64>
  return %y : f64
}
// CHECK-LABEL: @f.vjp
// CHECK-NEXT:    class #0: argument
// CHECK-NEXT:      %arg2: argument #2
// CHECK-NEXT:    class #1: allocation
// CHECK-NEXT:      memref.alloc at aliases-select.mlir:5:10
// CHECK-NEXT:      memref.alloc at aliases-select.mlir:6:10
// CHECK-NEXT:      arith.select at aliases-select.mlir:11:13
// CHECK-NEXT:      scf.if at aliases-select.mlir:12:12
// CHECK-NEXT:      memref.alloc at aliases-select.mlir:17:14
// CHECK-NEXT:    class #2: allocation
// CHECK-NEXT:      memref.alloc at aliases-select.mlir:7:12
// CHECK-NOT:     {{.}}
