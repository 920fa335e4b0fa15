// Two subviews that share elements: what one stores, the other loads.
// RUN: autodiff-run %s --entry overlap --arg rand:6:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry overlap --arg rand:6:1 --arg 0 --mode check
func.func @overlap(%a: memref<6xf64>, %o: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %u = memref.subview %a[%o] [4] [1] : memref<6xf64> to memref<4xf64, strided<[1], offset: ?>>
  %v = memref.subview %a[2] [4] [1] : memref<6xf64> to memref<4xf64, strided<[1], offset: 2>>
  scf.for %i = %c0 to %c4 step %c1 {
    %x = memref.load %u[%i] : memref<4xf64, strided<[1], offset: ?>>
    %y = memref.load %v[%i] : memref<4xf64, strided<[1], offset: 2>>
    %p = arith.mulf %x, %y : f64
    %s = math.sin %p : f64
    memref.store %s, %v[%i] : memref<4xf64, strided<[1], offset: 2>>
  }
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%t = %zero) -> f64 {
    %x = memref.load %u[%i] : memref<4xf64, strided<[1], offset: ?>>
    %n = arith.addf %t, %x : f64
    scf.yield %n : f64
  }
  return %r : f64
}
