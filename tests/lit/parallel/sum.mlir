// The adjoint of a sum over a parallel loop is that of each of its terms, in a two-dimensional space.
// RUN: autodiff-run %s --entry sum --arg rand:7x5:1 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry sum --arg rand:7x1:1 --arg 0.4 --mode check
// RUN: autodiff-opt %s '--autodiff-wrap=function=sum mode=jvp' --autodiff-differentiate | FileCheck %s
func.func @sum(%a: memref<?x?xf64>, %s: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  %r = scf.parallel (%i, %j) = (%c0, %c1) to (%n, %m) step (%c1, %c1) init (%s) -> f64 {
    %x = memref.load %a[%i, %j] : memref<?x?xf64>
    %y = arith.mulf %x, %x : f64
    %z = arith.mulf %y, %s : f64
    scf.reduce(%z : f64) {
    ^bb0(%l: f64, %q: f64):
      %t = arith.addf %l, %q : f64
      scf.reduce.return %t : f64
    }
  }
  return %r : f64
}
// CHECK-LABEL: func.func private @sum.jvp
// CHECK:         scf.parallel {{.*}} -> (f64, f64)
