// An atomic sum in a parallel loop: its reverse reads the shadow of the sum and leaves it.
// RUN: autodiff-opt %s --autodiff-wrap=function=hist --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry hist --arg rand:50:7 --arg rand:50:1 --arg rand:8:2 --mode check
// RUN: autodiff-run %s --entry hist --arg rand:50:7 --arg rand:50:1 --arg rand:8:2 --mode check --threads 2
// RUN: not autodiff-run %s --entry used --arg rand:5:1 --arg rand:8:2 --mode vjp 2>&1 | FileCheck %s --check-prefix=USED
func.func @hist(%where: memref<?xindex>, %a: memref<?xf64>, %h: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %where, %c0 : memref<?xindex>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %k = memref.load %where[%i] : memref<?xindex>
    %x = memref.load %a[%i] : memref<?xf64>
    %y = math.sin %x : f64
    %old = memref.atomic_rmw addf %y, %h[%k] : (f64, memref<?xf64>) -> f64
    scf.reduce
  }
  return
}
func.func @used(%a: memref<?xf64>, %h: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %x = memref.load %a[%i] : memref<?xf64>
    %old = memref.atomic_rmw addf %x, %h[%c0] : (f64, memref<?xf64>) -> f64
    memref.store %old, %a[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
// CHECK-LABEL: func.func private @hist.vjp
// CHECK:         memref.atomic_rmw addf
// CHECK:         scf.parallel
// CHECK-NOT:     autodiff.take
// CHECK:         autodiff.accumulate
// USED: error: 'memref.atomic_rmw' op cannot be differentiated if its result is used
