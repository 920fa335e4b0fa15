// The reverse of a parallel loop is a parallel loop over the same space; a captured scalar gets a sum.
// RUN: autodiff-opt %s --autodiff-wrap=function=elementwise --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry elementwise --arg rand:7:1 --arg rand:7:2 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry elementwise --arg zeros:0 --arg zeros:0 --arg 0.4 --mode check
func.func @elementwise(%a: memref<?xf64>, %b: memref<?xf64>, %s: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %x = memref.load %a[%i] : memref<?xf64>
    %y = math.sin %x : f64
    %z = arith.mulf %y, %s : f64
    %w = math.exp %z : f64
    memref.store %w, %b[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
// CHECK-LABEL: func.func private @elementwise.vjp.dup.dup.active
// CHECK:         scf.parallel
// CHECK:         %[[SUM:.*]] = scf.parallel {{.*}} init
// CHECK:           autodiff.take
// CHECK:           autodiff.accumulate
// CHECK:           scf.reduce(%{{.*}} : f64)
// CHECK:             arith.addf
// CHECK:         return %[[SUM]]
