// The accumulations of a matrix product need no atomics: one is distinct by row, the other gets copies.
// RUN: autodiff-opt %s --autodiff-print-locality=function=matmul -o %t | FileCheck %s --check-prefix=PRINT
// RUN: autodiff-opt %s --autodiff-wrap=function=matmul --autodiff-differentiate --autodiff-localize --autodiff-lower | FileCheck %s
// RUN: autodiff-run %s --entry matmul --arg rand:40x13:1 --arg rand:13x5:2 --arg rand:40x5:3 --mode check --threads 2
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
// PRINT: in chunks of {{.*}}, one if {{.*}} and {{.*}} overlap
// PRINT-DAG: a copy for each chunk
// PRINT-DAG: distinct in that dimension
// PRINT-NOT: atomic
// CHECK-LABEL: func.func private @matmul.vjp
// CHECK-NOT:     atomic_rmw
