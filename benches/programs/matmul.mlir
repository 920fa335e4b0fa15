// The product of two matrices, as the plain triple loop over rows, then the inner dimension, then columns.
//
//   J = 1/(2n) sum (A B)^2
//
//   autodiff-run benches/programs/matmul.mlir --entry matmul --arg rand:8x8:1 --arg rand:8x8:2 --mode vjp
func.func @matmul(%a: memref<?x?xf64> {llvm.noalias}, %b: memref<?x?xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %c = memref.alloc(%n, %n) : memref<?x?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    scf.for %j = %c0 to %n step %c1 {
      memref.store %zero, %c[%i, %j] : memref<?x?xf64>
    }
    scf.for %k = %c0 to %n step %c1 {
      %aik = memref.load %a[%i, %k] : memref<?x?xf64>
      scf.for %j = %c0 to %n step %c1 {
        %bkj = memref.load %b[%k, %j] : memref<?x?xf64>
        %product = arith.mulf %aik, %bkj : f64
        %cij = memref.load %c[%i, %j] : memref<?x?xf64>
        %sum = arith.addf %cij, %product : f64
        memref.store %sum, %c[%i, %j] : memref<?x?xf64>
      }
    }
    scf.reduce
  }
  %squares = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %zero) -> f64 {
    %row = scf.for %j = %c0 to %n step %c1 iter_args(%s = %outer) -> f64 {
      %cij = memref.load %c[%i, %j] : memref<?x?xf64>
      %square = arith.mulf %cij, %cij : f64
      %next = arith.addf %s, %square : f64
      scf.yield %next : f64
    }
    scf.yield %row : f64
  }
  memref.dealloc %c : memref<?x?xf64>
  %count = arith.index_cast %n : index to i64
  %size = arith.sitofp %count : i64 to f64
  %halved = arith.mulf %half, %squares : f64
  %j = arith.divf %halved, %size : f64
  return %j : f64
}

func.func @matmul_gradient(%a: memref<?x?xf64> {llvm.noalias}, %a_bar: memref<?x?xf64> {llvm.noalias},
    %b: memref<?x?xf64> {llvm.noalias}, %b_bar: memref<?x?xf64> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @matmul(%a, %a_bar, %b, %b_bar, %one) args [dup, dup] results [active_noneed]
    : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, f64) -> ()
  return
}
