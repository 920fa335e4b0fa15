// The accumulations of a stencil need no atomics: neighbouring chunks take turns.
// RUN: autodiff-opt %s --autodiff-print-locality=function=stencil -o %t | FileCheck %s --check-prefix=PRINT
// RUN: autodiff-opt %s --autodiff-explain=function=stencil -o %t | FileCheck %s --check-prefix=EXPLAIN
// RUN: autodiff-opt %s --autodiff-wrap=function=stencil --autodiff-differentiate --autodiff-localize --autodiff-lower | FileCheck %s
// RUN: autodiff-run %s --entry stencil --arg rand:40x30:1 --arg rand:40x30:2 --arg 0.3 --mode check --threads 2
// RUN: autodiff-run %s --entry stencil --arg rand:3x30:1 --arg rand:3x30:2 --arg 0.3 --mode check --threads 3
// RUN: autodiff-run %s --entry stencil --arg rand:2x2:1 --arg rand:2x2:2 --arg 0.3 --mode check --threads 2
func.func @stencil(%a: memref<?x?xf64>, %b: memref<?x?xf64>, %c: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  %n1 = arith.subi %n, %c1 : index
  %m1 = arith.subi %m, %c1 : index
  scf.parallel (%i, %j) = (%c1, %c1) to (%n1, %m1) step (%c1, %c1) {
    %ip = arith.addi %i, %c1 : index
    %im = arith.subi %i, %c1 : index
    %jp = arith.addi %j, %c1 : index
    %jm = arith.subi %j, %c1 : index
    %x0 = memref.load %a[%i, %j] : memref<?x?xf64>
    %x1 = memref.load %a[%ip, %j] : memref<?x?xf64>
    %x2 = memref.load %a[%im, %j] : memref<?x?xf64>
    %x3 = memref.load %a[%i, %jp] : memref<?x?xf64>
    %x4 = memref.load %a[%i, %jm] : memref<?x?xf64>
    %s1 = arith.addf %x1, %x2 : f64
    %s2 = arith.addf %x3, %x4 : f64
    %s = arith.addf %s1, %s2 : f64
    %t = math.sin %s : f64
    %u = arith.mulf %t, %c : f64
    %v = arith.addf %u, %x0 : f64
    memref.store %v, %b[%i, %j] : memref<?x?xf64>
    scf.reduce
  }
  return
}
// PRINT: @stencil.vjp.dup.dup.active: locality
// PRINT: in chunks of
// PRINT: autodiff.accumulate {{.*}}shared by iterations up to 2 apart: chunks take turns
// PRINT-NOT: atomic
// CHECK-LABEL: func.func private @stencil.vjp
// CHECK:         scf.for %[[TURN:[a-z0-9]*]] =
// CHECK:           scf.parallel (%{{.*}}) = (%[[TURN]]) to
// CHECK-NOT:     atomic_rmw
// CHECK-NOT:     autodiff.
// EXPLAIN: accumulated:
// EXPLAIN: autodiff.accumulate {{.*}}chunks take turns
