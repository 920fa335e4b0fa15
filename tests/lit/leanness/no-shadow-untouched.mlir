// A buffer through which no derivative flows has no shadow: the only allocations are the primal's own.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%x: f64, %k: memref<8xf64>, %n: index) -> f64 {
  %table = memref.alloc() : memref<8xf64>
  memref.copy %k, %table : memref<8xf64> to memref<8xf64>
  %w = memref.load %table[%n] : memref<8xf64>
  %y = arith.mulf %x, %w : f64
  memref.dealloc %table : memref<8xf64>
  return %y : f64
}
func.func @request(%x: f64, %k: memref<8xf64>, %n: index, %y_bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %k, %n, %y_bar) args [active, const, const] results [active_noneed] : (f64, memref<8xf64>, index, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @f.vjp.active.const.const(
// CHECK-COUNT-1: memref.alloc
// CHECK-NOT:     memref.alloc
// CHECK-NOT:     memref.store
// CHECK:         return
