// A buffer of which the reverse sweep reads nothing is not allocated by the derivative: only its shadow is.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%a: memref<8xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %two = arith.constant 2.0 : f64
  %table = memref.alloc() : memref<8xf64>
  scf.for %i = %c0 to %c8 step %c1 {
    %x = memref.load %a[%i] : memref<8xf64>
    %y = arith.mulf %x, %two : f64
    memref.store %y, %table[%i] : memref<8xf64>
  }
  %z = memref.load %table[%n] : memref<8xf64>
  memref.dealloc %table : memref<8xf64>
  return %z : f64
}
func.func @request(%a: memref<8xf64>, %a_shadow: memref<8xf64>, %n: index, %z_bar: f64) {
  autodiff.vjp @f(%a, %a_shadow, %n, %z_bar) args [dup, const] results [active_noneed] : (memref<8xf64>, memref<8xf64>, index, f64) -> ()
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup.const(
// CHECK-COUNT-1: memref.alloc
// CHECK-NOT:     memref.alloc
// CHECK:         return
