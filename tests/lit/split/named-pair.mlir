// A function that names both halves of its derivative is called through them; what the first returns behind the results
// is handed to the second. The function may have no body.
// RUN: autodiff-run %s --entry f --arg 0.4 --arg rand:3:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry square --arg 0.4 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// CHECK-LABEL: func.func private @f.vjp
// CHECK:         scf.for
// CHECK:           call @square_augment(
// CHECK:           call @update_augment(
// CHECK:         scf.for
// CHECK:           call @update_pullback(
// CHECK:           call @square_pullback(
func.func @square(%x: f64) -> f64 attributes {autodiff.augment = @square_augment, autodiff.pullback = @square_pullback} {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
func.func private @square_augment(%x: f64) -> (f64, f64) {
  %y = arith.mulf %x, %x : f64
  %t = arith.addf %x, %x : f64
  return %y, %t : f64, f64
}
func.func private @square_pullback(%t: f64, %y_bar: f64) -> f64 {
  %x_bar = arith.mulf %t, %y_bar : f64
  return %x_bar : f64
}
// a[i] = a[i] * x; returns the buffer
func.func private @update(%a: memref<3xf64>, %x: f64, %i: index) -> memref<3xf64>
  attributes {autodiff.augment = @update_augment, autodiff.pullback = @update_pullback, no_inline} {
  %v = memref.load %a[%i] : memref<3xf64>
  %vx = arith.mulf %v, %x : f64
  memref.store %vx, %a[%i] : memref<3xf64>
  return %a : memref<3xf64>
}
func.func private @update_augment(%a: memref<3xf64>, %a_bar: memref<3xf64>, %x: f64, %i: index)
  -> (memref<3xf64>, memref<3xf64>, memref<3xf64>, f64, f64, index) {
  %v = memref.load %a[%i] : memref<3xf64>
  %vx = arith.mulf %v, %x : f64
  memref.store %vx, %a[%i] : memref<3xf64>
  return %a, %a_bar, %a_bar, %v, %x, %i : memref<3xf64>, memref<3xf64>, memref<3xf64>, f64, f64, index
}
func.func private @update_pullback(%a_bar: memref<3xf64>, %v: f64, %x: f64, %i: index) -> f64 {
  %bar = memref.load %a_bar[%i] : memref<3xf64>
  %v_bar = arith.mulf %bar, %x : f64
  %x_bar = arith.mulf %bar, %v : f64
  memref.store %v_bar, %a_bar[%i] : memref<3xf64>
  return %x_bar : f64
}
func.func @f(%x: f64, %a: memref<3xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f64 {
    %t = func.call @square(%s) : (f64) -> f64
    %u = math.cos %t : f64
    %b = func.call @update(%a, %u, %i) : (memref<3xf64>, f64, index) -> memref<3xf64>
    %v = memref.load %b[%i] : memref<3xf64>
    %w = arith.addf %u, %v : f64
    scf.yield %w : f64
  }
  return %r : f64
}
