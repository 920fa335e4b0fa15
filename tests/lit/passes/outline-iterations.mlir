// Iterations with loops inside become functions whose parameters say which buffers are distinct; not where none is, where
// there is no loop, and where buffers come from memory.
// RUN: autodiff-opt %s --autodiff-outline-iterations | FileCheck %s
// RUN: autodiff-run %s --entry rows --arg rand:5x7:1 --arg rand:7:2 --arg 3 --threads 2 --mode check
// RUN: autodiff-run %s --entry rows --arg rand:0x7:1 --arg rand:7:2 --arg 3 --threads 2 --mode check
// CHECK-LABEL: func.func @rows
// CHECK:         %[[B:.*]] = memref.alloc
// CHECK:         %[[R:.*]]:2 = scf.parallel (%[[I:.*]]) =
// CHECK-NEXT:      %[[V:.*]] = func.call @rows.iteration.1(%[[I]], %{{.*}}) : (index, {{.*}}) -> f64
// CHECK-NEXT:      scf.reduce(%[[V]], %{{.*}} : f64, f64) {
// CHECK:         func.func private @rows.iteration.1
// CHECK-SAME:      (%[[I:[a-z0-9]*]]: index,
// CHECK-SAME:      memref<?x?xf64> {llvm.noalias}
// CHECK-SAME:      passthrough = ["alwaysinline"]
// CHECK:           arith.constant 0 : index
// CHECK:           scf.for
// CHECK:           return %{{.*}} : f64
func.func @rows(%a: memref<?x?xf64> {llvm.noalias}, %x: memref<?xf64>, %scale: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %rows = memref.dim %a, %c0 : memref<?x?xf64>
  %columns = memref.dim %a, %c1 : memref<?x?xf64>
  %b = memref.alloc(%rows) : memref<?xf64>
  %r:2 = scf.parallel (%i) = (%c0) to (%rows) step (%c1) init (%zero, %zero) -> (f64, f64) {
    %sum = scf.for %j = %c0 to %columns step %c1 iter_args(%s = %zero) -> f64 {
      %v = memref.load %a[%i, %j] : memref<?x?xf64>
      %w = memref.load %x[%j] : memref<?xf64>
      %p = arith.mulf %v, %w : f64
      %q = math.sin %p : f64
      %t = arith.addf %s, %q : f64
      scf.yield %t : f64
    }
    %scaled = arith.mulf %sum, %scale : f64
    memref.store %scaled, %b[%i] : memref<?xf64>
    scf.reduce(%scaled, %scale : f64, f64) {
    ^bb0(%one: f64, %two: f64):
      %both = arith.addf %one, %two : f64
      scf.reduce.return %both : f64
    }, {
    ^bb0(%one: f64, %two: f64):
      %both = arith.addf %one, %two : f64
      scf.reduce.return %both : f64
    }
  }
  %squares = scf.for %i = %c0 to %rows step %c1 iter_args(%s = %r#1) -> f64 {
    %v = memref.load %b[%i] : memref<?xf64>
    %p = arith.mulf %v, %v : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  memref.dealloc %b : memref<?xf64>
  %result = arith.addf %squares, %r#0 : f64
  return %result : f64
}
// CHECK-LABEL: func.func @overlapping
// CHECK-NOT:     call
// CHECK:         return
func.func @overlapping(%a: memref<?xf64>, %b: memref<?xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    scf.for %j = %c0 to %n step %c1 {
      %v = memref.load %a[%j] : memref<?xf64>
      memref.store %v, %b[%i] : memref<?xf64>
    }
  }
  return
}
// CHECK-LABEL: func.func @straight
// CHECK-NOT:     call
// CHECK:         return
func.func @straight(%a: memref<?xf64> {llvm.noalias}, %b: memref<?xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %v = memref.load %a[%i] : memref<?xf64>
    memref.store %v, %b[%i] : memref<?xf64>
  }
  return
}
// A buffer of the table may be one that the loop uses, too.
// CHECK-LABEL: func.func @table
// CHECK-NOT:     call
// CHECK:         return
func.func @table(%n: index, %v: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?xf64>
  %table = memref.alloc() : memref<1xmemref<?xf64>>
  memref.store %a, %table[%c0] : memref<1xmemref<?xf64>>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %b = memref.load %table[%c0] : memref<1xmemref<?xf64>>
    scf.for %j = %c0 to %i step %c1 {
      memref.store %v, %a[%i] : memref<?xf64>
      %w = memref.load %b[%i] : memref<?xf64>
      memref.store %w, %a[%i] : memref<?xf64>
    }
  }
  return
}
