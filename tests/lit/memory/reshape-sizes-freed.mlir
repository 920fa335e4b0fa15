// The sizes of `memref.reshape` are freed before the reverse sweep, which must not read them again.
// RUN: autodiff-run %s --entry reshape --arg rand:6:1 --arg 2 --mode check
func.func @reshape(%a: memref<?xf64>, %m: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %n = arith.addi %c1, %c1 : index
  %sizes = memref.alloc() : memref<2xindex>
  memref.store %m, %sizes[%c0] : memref<2xindex>
  memref.store %c3, %sizes[%c1] : memref<2xindex>
  %b = memref.reshape %a(%sizes) : (memref<?xf64>, memref<2xindex>) -> memref<?x?xf64>
  %x = memref.load %b[%c1, %c2] : memref<?x?xf64>
  %e = math.exp %x : f64
  memref.store %e, %b[%c0, %n] : memref<?x?xf64>
  %y = memref.load %a[%c2] : memref<?xf64>
  %z = arith.mulf %x, %y : f64
  memref.dealloc %sizes : memref<2xindex>
  return %z : f64
}
