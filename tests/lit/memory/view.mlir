// `memref.view`: the shadow of bytes is viewed as they are, here as two arrays that do not overlap.
// XFAIL: *
// Bytes are not a differentiable type, so the active view finds no shadow: "internal error".
// RUN: autodiff-run %s --entry view --arg 0.7 --arg 3 --mode check
func.func @view(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %bytes = memref.alloc() : memref<128xi8>
  %a = memref.view %bytes[%c0][%n] : memref<128xi8> to memref<?xf64>
  %b = memref.view %bytes[%c64][] : memref<128xi8> to memref<4xf64>
  %s = math.sin %x : f64
  memref.store %s, %a[%c2] : memref<?xf64>
  memref.store %x, %b[%c1] : memref<4xf64>
  %u = memref.load %a[%c2] : memref<?xf64>
  %v = memref.load %b[%c1] : memref<4xf64>
  %y = arith.mulf %u, %v : f64
  memref.dealloc %bytes : memref<128xi8>
  return %y : f64
}
