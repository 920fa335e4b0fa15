// The adjoint of what is overwritten before it is read is not kept: the first copy has no reverse.
// RUN: autodiff-run %s --entry f --arg rand:8:1 --arg rand:8:2 --arg 3 --mode check
// RUN: autodiff-run %s --entry versions --arg rand:4:1 --arg rand:4:2 --mode check
// RUN: autodiff-run %s --entry constant_last --arg rand:4:1 --mode check
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func @f(%a: memref<8xf64>, %b: memref<8xf64>, %n: index) -> f64 {
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
// CHECK-SAME:    %{{[a-z0-9]+}}: memref<8xf64>, %[[A_SHADOW:[a-z0-9]+]]: memref<8xf64>,
// CHECK-NOT:     %[[A_SHADOW]]
// CHECK:         return

// One buffer for one thing after another: some read, some not, some constant.
memref.global "private" constant @table : memref<4xf64> = dense<[0.3, -0.8, 1.2, 0.5]>
func.func @versions(%a: memref<4xf64>, %b: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %table = memref.get_global @table : memref<4xf64>
  %s = memref.alloc() : memref<4xf64>
  %t = memref.alloc() : memref<4xf64>
  memref.copy %a, %s : memref<4xf64> to memref<4xf64>
  %x = memref.load %s[%c1] : memref<4xf64>
  memref.store %x, %s[%c0] : memref<4xf64>
  memref.copy %s, %t : memref<4xf64> to memref<4xf64>
  memref.copy %table, %s : memref<4xf64> to memref<4xf64>
  %y = memref.load %s[%c1] : memref<4xf64>
  memref.copy %s, %a : memref<4xf64> to memref<4xf64>
  scf.for %i = %c0 to %c4 step %c1 {
    %v = memref.load %b[%i] : memref<4xf64>
    %w = arith.mulf %v, %x : f64
    memref.store %w, %s[%i] : memref<4xf64>
  }
  %z = memref.load %s[%c0] : memref<4xf64>
  %u = memref.load %t[%c0] : memref<4xf64>
  memref.copy %b, %t : memref<4xf64> to memref<4xf64>
  %xy = arith.mulf %x, %y : f64
  %zu = arith.mulf %z, %u : f64
  %r = arith.addf %xy, %zu : f64
  memref.dealloc %s : memref<4xf64>
  memref.dealloc %t : memref<4xf64>
  return %r : f64
}
// What the returned buffer holds in the end is constant: its cotangent reaches nothing.
func.func @constant_last(%a: memref<4xf64>) -> (memref<4xf64>, f64) {
  %c1 = arith.constant 1 : index
  %table = memref.get_global @table : memref<4xf64>
  %s = memref.alloc() : memref<4xf64>
  memref.copy %a, %s : memref<4xf64> to memref<4xf64>
  %x = memref.load %s[%c1] : memref<4xf64>
  %xx = arith.mulf %x, %x : f64
  memref.copy %table, %s : memref<4xf64> to memref<4xf64>
  return %s, %xx : memref<4xf64>, f64
}
