// Shadows and copies of buffers stand in the memory space of their primals.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry through --arg 0.7 --mode check

// CHECK-LABEL: func.func private @fresh.vjp.dup.to.active
// CHECK: autodiff.shadow() : memref<4xf64, 1>
func.func @fresh(%a: memref<4xf64, 1>) -> memref<4xf64, 1> {
  %c0 = arith.constant 0 : index
  %alloc = memref.alloc() : memref<4xf64, 1>
  %0 = memref.load %a[%c0] : memref<4xf64, 1>
  %1 = arith.mulf %0, %0 : f64
  memref.store %1, %alloc[%c0] : memref<4xf64, 1>
  return %alloc : memref<4xf64, 1>
}
func.func @request(%a: memref<4xf64, 1>, %s: memref<4xf64, 1>, %b: memref<4xf64, 1>) -> memref<4xf64, 1> {
  %0 = autodiff.vjp @fresh(%a, %s, %b) args [dup] results [active] : (memref<4xf64, 1>, memref<4xf64, 1>, memref<4xf64, 1>) -> memref<4xf64, 1>
  return %0 : memref<4xf64, 1>
}
func.func @through(%x: f64) -> f64 {
  %c2 = arith.constant 2 : index
  %n = arith.constant 4 : index
  %a = memref.alloc(%n) : memref<?xf64, strided<[2]>, 1>
  %b = memref.alloc(%n) : memref<?xf64, 1>
  memref.store %x, %a[%c2] : memref<?xf64, strided<[2]>, 1>
  memref.copy %a, %b : memref<?xf64, strided<[2]>, 1> to memref<?xf64, 1>
  %v = memref.load %b[%c2] : memref<?xf64, 1>
  %y = arith.mulf %v, %v : f64
  memref.dealloc %a : memref<?xf64, strided<[2]>, 1>
  memref.dealloc %b : memref<?xf64, 1>
  return %y : f64
}
