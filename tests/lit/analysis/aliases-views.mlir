// Views are members of their source's class; two arguments are two classes that may be the same memory.
// RUN: autodiff-opt %s --autodiff-print-aliases=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<8xf64>, %b: memref<8xf64>, %n: memref<8xi32>) {
  %c0 = arith.constant 0 : index
  %half = memref.subview %a[2][4][1] : memref<8xf64> to memref<4xf64, strided<[1], offset: 2>>
  %local = memref.alloc() : memref<4xf64>
  %cast = memref.cast %local : memref<4xf64> to memref<?xf64>
  %x = memref.load %half[%c0] : memref<4xf64, strided<[1], offset: 2>>
  memref.store %x, %cast[%c0] : memref<?xf64>
  %y = memref.load %local[%c0] : memref<4xf64>
  memref.store %y, %b[%c0] : memref<8xf64>
  %sub = memref.subview %local[1][2][1] : memref<4xf64> to memref<2xf64, strided<[1], offset: 1>>
  memref.store %y, %sub[%c0] : memref<2xf64, strided<[1], offset: 1>>
  memref.dealloc %local : memref<4xf64>
  return
}
// CHECK-LABEL: @f.vjp.dup.dup.const: aliases
// CHECK-NEXT:    class #0: argument
// CHECK-NEXT:      %arg0: argument #0
// CHECK-NEXT:      %{{.*}}: memref.subview at aliases-views.mlir:5:11
// CHECK-NEXT:      may be the same memory as #1{{$}}
// CHECK-NEXT:    class #1: argument
// CHECK-NEXT:      %arg1: argument #1
// CHECK-NEXT:      may be the same memory as #0{{$}}
// CHECK-NEXT:    class #2: argument
// CHECK-NEXT:      %arg2: argument #2
// CHECK-NEXT:    class #3: allocation
// CHECK-NEXT:      memref.alloc at aliases-views.mlir:6:12
// CHECK:           memref.subview at aliases-views.mlir:12:10
// CHECK-NOT:     {{.}}
