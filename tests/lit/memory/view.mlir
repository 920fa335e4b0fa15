// Numbers in a buffer of bytes, by `memref.view`: a located error, as bytes have no shadow.
// RUN: not autodiff-run %s --entry view --arg 0.7 --arg 3 --mode vjp 2>&1 | FileCheck %s
// RUN: not autodiff-run %s --entry view --arg 0.7 --arg 3 --mode jvp 2>&1 | FileCheck %s
// CHECK: view.mlir:{{[0-9]+}}:{{[0-9]+}}: error: derivatives pass through a buffer of type 'memref<128xi8>' by way of a view with other elements
func.func @view(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %bytes = memref.alloc() : memref<128xi8>
  %a = memref.view %bytes[%c0][%n] : memref<128xi8> to memref<?xf64>
  %b = memref.view %bytes[%c64][] : memref<128xi8> to memref<4xf64>
  %s = math.sin %x : f64
  memref.store %s, %a[%c2] : memref<?xf64>
  memref.store %x, %b[%c1] : memref<4xf64>
  %u = memref.load %a[%c2] : memref<?xf64>
  %v = memref.load %b[%c1] : memref<4xf64>
  %y = arith.mulf %u, %v : f64
  memref.dealloc %bytes : memref<128xi8>
  return %y : f64
}
