// An atomic addition in a parallel loop of the host.
// RUN: autodiff-run %s --entry sums --arg rand:9:1 --arg rand:2:2 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=sums --autodiff-differentiate | FileCheck %s
func.func @sums(%x: memref<9xf64>, %s: memref<2xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c9 = arith.constant 9 : index
  scf.parallel (%i) = (%c0) to (%c9) step (%c1) {
    %v = memref.load %x[%i] : memref<9xf64>
    %e = math.exp %v : f64
    %odd = arith.remui %i, %c2 : index
    %old = memref.atomic_rmw addf %e, %s[%odd] : (f64, memref<2xf64>) -> f64
    scf.reduce
  }
  return
}
// CHECK-LABEL: func.func private @sums.vjp.dup.dup
// CHECK-SAME:    %{{.*}}: memref<9xf64>, %{{.*}}: memref<9xf64>, %{{.*}}: memref<2xf64>, %[[S_BAR:.*]]: memref<2xf64>
// CHECK:         scf.parallel
// CHECK:           memref.load %[[S_BAR]]
// CHECK-NOT:       take
