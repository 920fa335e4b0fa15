// `memref.reinterpret_cast` with dynamic offset, sizes and strides: the views overlap.
// RUN: autodiff-run %s --entry reinterpret --arg rand:8:1 --arg 1 --arg 2 --mode check
func.func @reinterpret(%a: memref<8xf64>, %o: index, %s: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %v = memref.reinterpret_cast %a to offset: [%o], sizes: [%c3], strides: [%s] : memref<8xf64> to memref<?xf64, strided<[?], offset: ?>>
  %x = memref.load %v[%c2] : memref<?xf64, strided<[?], offset: ?>>
  %e = math.sin %x : f64
  memref.store %e, %v[%c1] : memref<?xf64, strided<[?], offset: ?>>
  %y = memref.load %a[%c3] : memref<8xf64>
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
