// What tunes for the machine is a pipeline of its own, which the one for CPUs can leave out; the results are the same.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=WITH
// RUN: autodiff-opt %s --autodiff-cpu-pipeline=tune=false --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=WITHOUT
// RUN: autodiff-opt %s --autodiff-cpu-pipeline="openmp=true tune=false" --dump-pass-pipeline 2>&1 \
// RUN:   | FileCheck %s --check-prefix=WITHOUT
// RUN: autodiff-opt %s --autodiff-tune-pipeline --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=ALONE
// RUN: autodiff-opt %s --autodiff-tune-pipeline | autodiff-run - --entry product --arg rand:6x5:1 --arg rand:5x7:2 \
// RUN:   --arg zeros:6x7 > %t.tuned
// RUN: autodiff-run %s --entry product --arg rand:6x5:1 --arg rand:5x7:2 --arg zeros:6x7 > %t.plain
// RUN: grep -v time %t.tuned > %t.a
// RUN: grep -v time %t.plain | diff - %t.a
// WITH: autodiff-settle-memory
// WITH: autodiff-hoist-buffers
// WITH: autodiff-jam-loops
// WITH: autodiff-guard-calls
// WITH: convert-scf-to-cf
// WITHOUT-NOT: autodiff-hoist-buffers
// WITHOUT-NOT: autodiff-jam-loops
// WITHOUT: convert-scf-to-cf
// WITHOUT-NOT: autodiff-guard-calls
// ALONE: autodiff-hoist-buffers
// ALONE: autodiff-guard-calls
func.func @product(%a: memref<?x?xf64>, %b: memref<?x?xf64>, %c: memref<?x?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %k = memref.dim %b, %c0 : memref<?x?xf64>
  %m = memref.dim %b, %c1 : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %l = %c0 to %k step %c1 {
      %x = memref.load %a[%i, %l] : memref<?x?xf64>
      scf.for %j = %c0 to %m step %c1 {
        %y = memref.load %b[%l, %j] : memref<?x?xf64>
        %old = memref.load %c[%i, %j] : memref<?x?xf64>
        %xy = arith.mulf %x, %y : f64
        %new = arith.addf %old, %xy : f64
        memref.store %new, %c[%i, %j] : memref<?x?xf64>
      }
    }
  }
  return
}
