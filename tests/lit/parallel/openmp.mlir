// Iterations of parallel loops run on threads; reductions of any kind, several runs alike.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline=openmp=true | FileCheck %s
// RUN: autodiff-run %s --entry product --arg rand:70x3:1 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry product --arg rand:700x3:2 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry product --arg rand:70x30:3 --arg 0.4 --mode check --threads 4
// RUN: autodiff-run %s --entry product --arg rand:0x3:1 --arg 0.4 --mode check --threads 2
func.func @product(%a: memref<?x?xf64>, %s: f64) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  %r:3 = scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) init (%s, %s, %s) -> (f64, f64, f64) {
    %x = memref.load %a[%i, %j] : memref<?x?xf64>
    %y = arith.mulf %x, %x : f64
    scf.reduce(%x, %y, %x : f64, f64, f64) {
    ^bb0(%l: f64, %q: f64):
      %t = arith.mulf %l, %q : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %t = arith.maximumf %q, %l : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %u = arith.mulf %l, %q : f64
      %t = arith.addf %l, %q : f64
      %v = arith.addf %u, %t : f64
      scf.reduce.return %v : f64
    }
  }
  return %r#0, %r#1, %r#2 : f64, f64, f64
}
// CHECK: omp.parallel
