// Forward mode computes tangents beside primals, in one pass: one loop, one branch, no cache.
// RUN: autodiff-opt %s --autodiff-wrap="function=f mode=jvp" --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg rand:5:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry f --arg rand:1:1 --arg 0.3 --mode check
func.func @f(%a: memref<?xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f64 {
    %u = memref.load %a[%i] : memref<?xf64>
    %larger = arith.cmpf ogt, %u, %s : f64
    %t = scf.if %larger -> f64 {
      %us = arith.mulf %u, %s : f64
      scf.yield %us : f64
    } else {
      %e = math.cos %s : f64
      scf.yield %e : f64
    }
    memref.store %t, %a[%i] : memref<?xf64>
    scf.yield %t : f64
  }
  return %r : f64
}
// CHECK-LABEL:   func.func private @f.jvp.dup.dup
// CHECK-SAME:      (%[[A:.*]]: memref<?xf64>, %[[A_DOT:.*]]: memref<?xf64>, %[[X:.*]]: f64, %[[X_DOT:.*]]: f64) -> (f64, f64)
// CHECK-NOT:       autodiff.
// CHECK:           %[[R:.*]]:2 = scf.for %[[I:.*]] = %{{.*}} iter_args(%[[S:.*]] = %[[X]], %[[S_DOT:.*]] = %[[X_DOT]]) -> (f64, f64)
// CHECK-DAG:         memref.load %[[A]][%[[I]]]
// CHECK-DAG:         memref.load %[[A_DOT]][%[[I]]]
// CHECK:             scf.if
// CHECK:               scf.yield %{{.*}}, %{{.*}} : f64, f64
// CHECK:             } else {
// CHECK:               scf.yield %{{.*}}, %{{.*}} : f64, f64
// CHECK-DAG:         memref.store %{{.*}}, %[[A]][%[[I]]]
// CHECK-DAG:         memref.store %{{.*}}, %[[A_DOT]][%[[I]]]
// CHECK-NOT:       scf.for
// CHECK:           return %[[R]]#0, %[[R]]#1
