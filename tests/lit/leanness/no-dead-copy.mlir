// A buffer that the primal fills by copies, and of which the derivative reads nothing, does not survive.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
// The clean-up does not remove copies into a buffer that is freed unread.
func.func private @f(%a: memref<8xf64>, %b: memref<8xf64>, %n: index) -> f64 {
  %scratch = memref.alloc() : memref<8xf64>
  memref.copy %a, %scratch : memref<8xf64> to memref<8xf64>
  memref.copy %b, %scratch : memref<8xf64> to memref<8xf64>
  %y = memref.load %scratch[%n] : memref<8xf64>
  memref.dealloc %scratch : memref<8xf64>
  return %y : f64
}
func.func @request(%a: memref<8xf64>, %a_shadow: memref<8xf64>, %b: memref<8xf64>, %b_shadow: memref<8xf64>, %n: index, %y_bar: f64) {
  autodiff.vjp @f(%a, %a_shadow, %b, %b_shadow, %n, %y_bar) args [dup, dup, const] results [active_noneed]
    : (memref<8xf64>, memref<8xf64>, memref<8xf64>, memref<8xf64>, index, f64) -> ()
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup.dup.const(
// CHECK-NOT:     memref.copy
// CHECK:         return
