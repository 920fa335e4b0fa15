// A function that parallel iterations call adds to shadows from outside atomically, and to those that it makes plainly.
// RUN: autodiff-run %s --entry f --arg rand:8:1 --arg rand:3:2 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate --autodiff-lower | FileCheck %s
// CHECK-LABEL: func.func private @g.pullback
// CHECK:         memref.atomic_rmw addf
// CHECK-LABEL: func.func private @f.vjp
// CHECK:         scf.parallel
// CHECK:           func.call @g.augment
// CHECK:         scf.parallel
// CHECK:           func.call @g.pullback
func.func private @g(%x: f64, %w: memref<3xf64>, %i: index) -> f64 attributes {no_inline} {
  %c3 = arith.constant 3 : index
  %j = arith.remui %i, %c3 : index
  %v = memref.load %w[%j] : memref<3xf64>
  %vx = arith.mulf %v, %x : f64
  %s = math.sin %vx : f64
  return %s : f64
}
func.func @f(%a: memref<8xf64>, %w: memref<3xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    %x = memref.load %a[%i] : memref<8xf64>
    %y = func.call @g(%x, %w, %i) : (f64, memref<3xf64>, index) -> f64
    memref.store %y, %a[%i] : memref<8xf64>
    scf.reduce
  }
  return
}
