// Triangular loops that update elements of the round before are two loops, of which the one for short rounds is marked; not
// where bounds are fixed, where each round has elements of its own, or where nothing is read that is written.
// RUN: autodiff-opt %s --autodiff-split-short-rounds | FileCheck %s
// RUN: autodiff-run %s --entry solve --arg rand:5x5:1 --arg rand:5:2 --mode check
// RUN: autodiff-run %s --entry solve --arg rand:40x40:1 --arg rand:40:2 --mode check
// RUN: autodiff-run %s --entry solve --arg rand:0x0:1 --arg rand:0:2 --mode check
// CHECK:       #[[MARK:.*]] = #llvm.loop_vectorize<disable = true>
// CHECK:       #[[SHORT:.*]] = #llvm.loop_annotation<vectorize = #[[MARK]]>
// CHECK-LABEL: func.func @solve
// CHECK:         scf.for
// CHECK:           %[[COUNT:.*]] = arith.subi %[[N:.*]], %[[FIRST:.*]] : index
// CHECK:           %[[LONG:.*]] = arith.cmpi sge, %[[COUNT]], %c16
// CHECK:           %{{.*}} = scf.if %[[LONG]] -> (f64) {
// CHECK-NEXT:        scf.for %{{.*}} = %[[FIRST]] to %[[N]]
// CHECK-NOT:         loop_annotation
// CHECK:           } else {
// CHECK-NEXT:        scf.for %{{.*}} = %[[FIRST]] to %[[N]]
// CHECK:           {loop_annotation = #[[SHORT]]}
// Solves (I + L) y = x for the lower triangle L of a matrix, column by column, and adds up what is subtracted.
func.func @solve(%l: memref<?x?xf64>, %x: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  %y = memref.alloc(%n) : memref<?xf64>
  memref.copy %x, %y : memref<?xf64> to memref<?xf64>
  %sum = scf.for %c = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %y[%c] : memref<?xf64>
    %first = arith.addi %c, %c1 : index
    %t = scf.for %r = %first to %n step %c1 iter_args(%u = %s) -> f64 {
      %a = memref.load %l[%r, %c] : memref<?x?xf64>
      %p = arith.mulf %a, %v : f64
      %old = memref.load %y[%r] : memref<?xf64>
      %new = arith.subf %old, %p : f64
      memref.store %new, %y[%r] : memref<?xf64>
      %w = arith.addf %u, %p : f64
      scf.yield %w : f64
    }
    %vv = arith.mulf %v, %v : f64
    %k = arith.addf %t, %vv : f64
    scf.yield %k : f64
  }
  memref.dealloc %y : memref<?xf64>
  return %sum : f64
}
// CHECK-LABEL: func.func @others
// CHECK-NOT:     scf.if
// CHECK:         return
func.func @others(%x: memref<?x?xf64>, %y: memref<?xf64>, %n: index, %v: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %c = %c0 to %n step %c1 {
    %first = arith.addi %c, %c1 : index
    scf.for %r = %first to %n step %c1 {
      %old = memref.load %x[%c, %r] : memref<?x?xf64>
      %new = arith.addf %old, %v : f64
      memref.store %new, %x[%c, %r] : memref<?x?xf64>
    }
    scf.for %r = %first to %n step %c1 {
      memref.store %v, %y[%r] : memref<?xf64>
    }
    scf.for %r = %c1 to %n step %c1 {
      %old = memref.load %y[%r] : memref<?xf64>
      %new = arith.addf %old, %v : f64
      memref.store %new, %y[%r] : memref<?xf64>
    }
  }
  return
}
