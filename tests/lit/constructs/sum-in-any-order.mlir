// The adjoint of a value from outside a loop is a sum over iterations that may be made in any order; the primal's own
// sum keeps its order.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --arg rand:9:1 --arg rand:9:2 --mode check
// CHECK-LABEL: func.func private @f.vjp
// CHECK:         scf.for
// CHECK:           arith.addf %{{[^ ]*}}, %{{[^ ]*}} : f64
// CHECK:         scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[X_BAR:.*]] = %{{.*}})
// CHECK:           %[[NEXT:.*]] = arith.addf %[[X_BAR]], %{{.*}} fastmath<reassoc,nsz> : f64
// CHECK:           scf.yield %{{.*}}, %[[NEXT]]
func.func @f(%x: f64, %a: memref<?xf64>, %b: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %n = memref.dim %a, %c0 : memref<?xf64>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%s = %one) -> f64 {
    %ai = memref.load %a[%i] : memref<?xf64>
    %p = arith.mulf %ai, %x : f64
    %q = arith.mulf %p, %s : f64
    %t = arith.addf %q, %s : f64
    scf.yield %t : f64
  }
  return %y : f64
}
