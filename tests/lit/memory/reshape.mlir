// `memref.reshape` by a buffer of sizes, and `expand_shape` and `collapse_shape` with dynamic sizes.
// RUN: autodiff-run %s --entry reshape --arg rand:6:1 --arg 2 --mode check
// RUN: autodiff-run %s --entry expand --arg rand:6:1 --arg 2 --mode check
// RUN: autodiff-run %s --entry collapse --arg rand:2x3:1 --mode check
func.func @reshape(%a: memref<?xf64>, %m: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %n = arith.addi %c1, %c1 : index
  %sizes = memref.alloca() : memref<2xindex>
  memref.store %m, %sizes[%c0] : memref<2xindex>
  memref.store %c3, %sizes[%c1] : memref<2xindex>
  %b = memref.reshape %a(%sizes) : (memref<?xf64>, memref<2xindex>) -> memref<?x?xf64>
  %x = memref.load %b[%c1, %c2] : memref<?x?xf64>
  %e = math.exp %x : f64
  memref.store %e, %b[%c0, %n] : memref<?x?xf64>
  %y = memref.load %a[%c2] : memref<?xf64>
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
func.func @expand(%a: memref<?xf64>, %m: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %b = memref.expand_shape %a [[0, 1]] output_shape [%m, 3] : memref<?xf64> into memref<?x3xf64>
  %x = memref.load %b[%c1, %c2] : memref<?x3xf64>
  %e = math.exp %x : f64
  memref.store %e, %b[%c0, %c1] : memref<?x3xf64>
  %y = memref.load %a[%c1] : memref<?xf64>
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
func.func @collapse(%a: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %b = memref.collapse_shape %a [[0, 1]] : memref<?x?xf64> into memref<?xf64>
  %x = memref.load %b[%c4] : memref<?xf64>
  %e = math.exp %x : f64
  memref.store %e, %b[%c1] : memref<?xf64>
  %y = memref.load %a[%c0, %c1] : memref<?x?xf64>
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
