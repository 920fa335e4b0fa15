// `memref.transpose`: writes through one view are read through the other.
// RUN: autodiff-run %s --entry transpose --arg rand:2x3:1 --mode check
func.func @transpose(%a: memref<2x3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %t = memref.transpose %a (i, j) -> (j, i) : memref<2x3xf64> to memref<3x2xf64, strided<[1, 3]>>
  %x = memref.load %t[%c2, %c1] : memref<3x2xf64, strided<[1, 3]>>
  %s = math.sin %x : f64
  memref.store %s, %t[%c0, %c1] : memref<3x2xf64, strided<[1, 3]>>
  %y = memref.load %a[%c1, %c0] : memref<2x3xf64>
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
