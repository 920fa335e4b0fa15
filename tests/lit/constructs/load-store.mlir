// A load accumulates into the shadow; a store takes from it.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg rand:3:1 --mode check
// RUN: autodiff-run %s --entry overwritten --arg rand:3:1 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry dynamic --arg rand:3x4:1 --arg 2 --arg 1 --mode check
// RUN: autodiff-run %s --entry rank_zero --arg 0.3 --arg rand::2 --mode check
func.func @f(%a: memref<3xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = memref.load %a[%c0] : memref<3xf64>
  %y = math.sin %x : f64
  memref.store %y, %a[%c1] : memref<3xf64>
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup
// CHECK-SAME:    (%[[A:.*]]: memref<3xf64>, %[[A_SHADOW:.*]]: memref<3xf64>)
// CHECK:         %[[X:.*]] = memref.load %[[A]]
// CHECK:         memref.store %{{.*}}, %[[A]]
// CHECK:         %[[Y_BAR:.*]] = autodiff.take %[[A_SHADOW]]
// CHECK:         %[[COS:.*]] = math.cos %[[X]]
// CHECK:         %[[X_BAR:.*]] = arith.mulf %[[Y_BAR]], %[[COS]]
// CHECK:         autodiff.accumulate %[[X_BAR]], %[[A_SHADOW]]

// The value that is stored first has no effect, the one stored last has.
func.func @overwritten(%a: memref<3xf64>, %x: f64) {
  %c1 = arith.constant 1 : index
  %y = math.exp %x : f64
  memref.store %y, %a[%c1] : memref<3xf64>
  %z = memref.load %a[%c1] : memref<3xf64>
  %zz = arith.mulf %z, %x : f64
  memref.store %zz, %a[%c1] : memref<3xf64>
  %c = arith.constant 2.0 : f64
  %c2 = arith.constant 2 : index
  memref.store %c, %a[%c2] : memref<3xf64>
  return
}
func.func @dynamic(%a: memref<?x?xf64>, %i: index, %j: index) -> f64 {
  %x = memref.load %a[%i, %j] : memref<?x?xf64>
  %y = memref.load %a[%j, %i] : memref<?x?xf64>
  %xy = arith.mulf %x, %y : f64
  memref.store %xy, %a[%i, %i] : memref<?x?xf64>
  %z = memref.load %a[%i, %i] : memref<?x?xf64>
  %r = arith.divf %z, %x : f64
  return %r : f64
}
func.func @rank_zero(%x: f64, %a: memref<f64>) -> f64 {
  %y = memref.load %a[] : memref<f64>
  %xy = arith.mulf %x, %y : f64
  memref.store %xy, %a[] : memref<f64>
  %z = memref.load %a[] : memref<f64>
  %s = math.sin %z : f64
  return %s : f64
}
