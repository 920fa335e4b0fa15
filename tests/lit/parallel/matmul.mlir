// A nonlinear matrix product: the cache of the inner loop is one array for the whole space.
// RUN: autodiff-run %s --entry matmul --arg rand:4x3:1 --arg rand:3x5:2 --arg rand:4x5:3 --mode check
func.func @matmul(%a: memref<?x?xf64>, %b: memref<?x?xf64>, %c: memref<?x?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %c, %c0 : memref<?x?xf64>
  %m = memref.dim %c, %c1 : memref<?x?xf64>
  %p = memref.dim %a, %c1 : memref<?x?xf64>
  %zero = arith.constant 0.0 : f64
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) {
    %r = scf.for %k = %c0 to %p step %c1 iter_args(%acc = %zero) -> f64 {
      %x = memref.load %a[%i, %k] : memref<?x?xf64>
      %y = memref.load %b[%k, %j] : memref<?x?xf64>
      %z = arith.mulf %x, %y : f64
      %t = math.tanh %acc : f64
      %w = arith.addf %t, %z : f64
      scf.yield %w : f64
    }
    memref.store %r, %c[%i, %j] : memref<?x?xf64>
    scf.reduce
  }
  return
}
