// Views: the shadow is viewed as the primal is. cast, subview, collapse_shape, expand_shape, reinterpret_cast.
// RUN: autodiff-opt %s --autodiff-wrap=function=cast --autodiff-differentiate=normal-form=false | FileCheck %s
// RUN: autodiff-run %s --entry cast --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry subview --arg rand:4x6:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry reshape --arg rand:3x4:1 --mode check
// RUN: autodiff-run %s --entry chain --arg rand:2x3x4:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry in_loop --arg rand:4x3:1 --mode check
// RUN: autodiff-run %s --entry overlapping --arg rand:5:1 --mode check
// RUN: autodiff-run %s --entry reinterpret --arg rand:6:1 --mode check
func.func @cast(%a: memref<4xf64>) -> f64 {
  %c2 = arith.constant 2 : index
  %b = memref.cast %a : memref<4xf64> to memref<?xf64>
  %x = memref.load %b[%c2] : memref<?xf64>
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
// CHECK-LABEL: func.func private @cast.vjp.dup
// CHECK-SAME:    (%[[A:.*]]: memref<4xf64>, %[[A_SHADOW:.*]]: memref<4xf64>, %{{.*}}: f64)
// CHECK-DAG:     memref.load
// CHECK-DAG:     autodiff.accumulate %{{.*}}, %{{.*}}[%{{.*}}]
// CHECK:         return

func.func @subview(%a: memref<4x6xf64>, %i: index) -> f64 {
  %c1 = arith.constant 1 : index
  %tile = memref.subview %a[%i, 2] [2, 2] [1, 2] : memref<4x6xf64> to memref<2x2xf64, strided<[6, 2], offset: ?>>
  %x = memref.load %tile[%c1, %c1] : memref<2x2xf64, strided<[6, 2], offset: ?>>
  %y = math.exp %x : f64
  memref.store %y, %tile[%c1, %c1] : memref<2x2xf64, strided<[6, 2], offset: ?>>
  %c4 = arith.constant 4 : index
  %c2 = arith.constant 2 : index
  %z = memref.load %a[%c2, %c4] : memref<4x6xf64>
  %r = arith.mulf %z, %x : f64
  return %r : f64
}
func.func @reshape(%a: memref<3x4xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %flat = memref.collapse_shape %a [[0, 1]] : memref<3x4xf64> into memref<12xf64>
  %x = memref.load %flat[%c7] : memref<12xf64>
  %split = memref.expand_shape %flat [[0, 1, 2]] output_shape [3, 2, 2] : memref<12xf64> into memref<3x2x2xf64>
  %y = math.sin %x : f64
  memref.store %y, %split[%c1, %c1, %c1] : memref<3x2x2xf64>
  %z = memref.load %flat[%c7] : memref<12xf64>
  %zx = arith.mulf %z, %x : f64
  return %zx : f64
}
func.func @chain(%a: memref<2x3x4xf64>, %i: index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %plane = memref.subview %a[%i, 0, 0] [1, 3, 4] [1, 1, 1] : memref<2x3x4xf64> to memref<3x4xf64, strided<[4, 1], offset: ?>>
  %flat = memref.collapse_shape %plane [[0, 1]] : memref<3x4xf64, strided<[4, 1], offset: ?>> into memref<12xf64, strided<[1], offset: ?>>
  %some = memref.subview %flat[3] [4] [2] : memref<12xf64, strided<[1], offset: ?>> to memref<4xf64, strided<[2], offset: ?>>
  %dynamic = memref.cast %some : memref<4xf64, strided<[2], offset: ?>> to memref<?xf64, strided<[?], offset: ?>>
  %x = memref.load %dynamic[%c2] : memref<?xf64, strided<[?], offset: ?>>
  %y = memref.load %plane[%c0, %c0] : memref<3x4xf64, strided<[4, 1], offset: ?>>
  %xy = arith.mulf %x, %y : f64
  memref.store %xy, %dynamic[%c2] : memref<?xf64, strided<[?], offset: ?>>
  return
}
func.func @in_loop(%a: memref<4x3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%s = %one) -> f64 {
    %row = memref.subview %a[%i, 0] [1, 3] [1, 1] : memref<4x3xf64> to memref<3xf64, strided<[1], offset: ?>>
    %x = memref.load %row[%c1] : memref<3xf64, strided<[1], offset: ?>>
    %sx = arith.mulf %s, %x : f64
    %t = math.cos %sx : f64
    memref.store %t, %row[%c0] : memref<3xf64, strided<[1], offset: ?>>
    scf.yield %t : f64
  }
  return %r : f64
}
// Two views of the same memory.
func.func @overlapping(%a: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %low = memref.subview %a[0] [4] [1] : memref<5xf64> to memref<4xf64, strided<[1]>>
  %high = memref.subview %a[1] [4] [1] : memref<5xf64> to memref<4xf64, strided<[1], offset: 1>>
  %x = memref.load %low[%c1] : memref<4xf64, strided<[1]>>
  %y = math.exp %x : f64
  memref.store %y, %high[%c0] : memref<4xf64, strided<[1], offset: 1>>
  %z = memref.load %low[%c1] : memref<4xf64, strided<[1]>>
  %r = arith.mulf %z, %x : f64
  return %r : f64
}
func.func @reinterpret(%a: memref<6xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %b = memref.reinterpret_cast %a to offset: [1], sizes: [2, 2], strides: [2, 1] : memref<6xf64> to memref<2x2xf64, strided<[2, 1], offset: 1>>
  %x = memref.load %b[%c1, %c1] : memref<2x2xf64, strided<[2, 1], offset: 1>>
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
