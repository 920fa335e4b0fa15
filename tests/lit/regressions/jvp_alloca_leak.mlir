// Forward mode frees the shadow of a stack buffer: it takes it from the stack too.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower | FileCheck %s
// RUN: autodiff-run %s --entry main --arg 0.6 --arg 3 --mode check
func.func @main(%x: f64, %n: index) -> f64 {
  %m = memref.alloca() : memref<3xf64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  memref.store %x, %m[%c0] : memref<3xf64>
  scf.for %i = %c1 to %n step %c1 {
    %before = arith.subi %i, %c1 : index
    %v = memref.load %m[%before] : memref<3xf64>
    %w = math.sin %v : f64
    memref.store %w, %m[%i] : memref<3xf64>
  }
  %last = arith.subi %n, %c1 : index
  %y = memref.load %m[%last] : memref<3xf64>
  return %y : f64
}
func.func @request(%x: f64, %x_dot: f64, %n: index) -> f64 {
  %y_dot = autodiff.jvp @main(%x, %x_dot, %n) args [dup, const] results [dup_noneed] : (f64, f64, index) -> f64
  return %y_dot : f64
}
// CHECK-LABEL: func.func private @main.jvp
// CHECK:         memref.alloca
// CHECK-NOT:     memref.alloc(
// CHECK:         return
