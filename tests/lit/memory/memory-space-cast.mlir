// `memref.memory_space_cast` to and fro.
// RUN: autodiff-run %s --entry space --arg rand:4:1 --mode check
func.func @space(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %b = memref.memory_space_cast %a : memref<4xf64> to memref<4xf64, 0>
  %x = memref.load %b[%c2] : memref<4xf64, 0>
  %s = math.sin %x : f64
  memref.store %s, %b[%c1] : memref<4xf64, 0>
  %y = memref.load %a[%c1] : memref<4xf64>
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
