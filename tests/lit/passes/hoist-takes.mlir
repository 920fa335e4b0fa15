// What both sides of a branch take is taken in front of it; not what one side takes, nor what may be the same element as
// something else that is taken, nor what is accumulated into first.
// RUN: autodiff-opt %s --autodiff-hoist-takes | FileCheck %s
// RUN: autodiff-run %s --entry bounce --arg rand:2x6:1 --arg 0.3 --arg 2 --mode check
// RUN: autodiff-run %s --entry bounce --arg rand:2x6:1 --arg 0.3 --arg 2 --threads 2 --mode check
// RUN: autodiff-run %s --entry bounce --arg rand:2x0:1 --arg 0.3 --arg 1 --mode check
// CHECK-LABEL: func.func @both
// CHECK:         %[[A:.*]] = autodiff.take %{{.*}}[%c0, %{{.*}}]
// CHECK:         %[[B:.*]] = autodiff.take %{{.*}}[%c1, %{{.*}}]
// CHECK:         scf.if
// CHECK-NEXT:      scf.yield %[[A]], %[[B]]
// CHECK:         else
// CHECK-NEXT:      arith.addf %[[B]], %[[A]]
// CHECK-NOT:     autodiff.take
// CHECK:         return
func.func @both(%x: memref<2x?xf64>, %i: index, %p: i1) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.if %p -> (f64, f64) {
    %a = autodiff.take %x[%c0, %i] : memref<2x?xf64>
    %b = autodiff.take %x[%c1, %i] : memref<2x?xf64>
    scf.yield %a, %b : f64, f64
  } else {
    %b = autodiff.take %x[%c1, %i] : memref<2x?xf64>
    %a = autodiff.take %x[%c0, %i] : memref<2x?xf64>
    %s = arith.addf %b, %a : f64
    scf.yield %s, %b : f64, f64
  }
  return %r#0, %r#1 : f64, f64
}
// CHECK-LABEL: func.func @one
// CHECK:         scf.if
// CHECK:           autodiff.take
func.func @one(%x: memref<?xf64>, %i: index, %p: i1, %zero: f64) -> f64 {
  %r = scf.if %p -> f64 {
    %a = autodiff.take %x[%i] : memref<?xf64>
    scf.yield %a : f64
  } else {
    scf.yield %zero : f64
  }
  return %r : f64
}
// CHECK-LABEL: func.func @same
// CHECK-NOT:     autodiff.take
// CHECK:         scf.if
// CHECK-COUNT-4:   autodiff.take
func.func @same(%x: memref<?xf64>, %y: memref<?xf64>, %i: index, %j: index, %p: i1) -> (f64, f64) {
  %r:2 = scf.if %p -> (f64, f64) {
    %a = autodiff.take %x[%i] : memref<?xf64>
    %b = autodiff.take %y[%j] : memref<?xf64>
    scf.yield %a, %b : f64, f64
  } else {
    %b = autodiff.take %y[%j] : memref<?xf64>
    %a = autodiff.take %x[%i] : memref<?xf64>
    scf.yield %a, %b : f64, f64
  }
  return %r#0, %r#1 : f64, f64
}
// CHECK-LABEL: func.func @grown
// CHECK-NOT:     autodiff.take
// CHECK:         scf.if
// CHECK-COUNT-2:   autodiff.take
func.func @grown(%x: memref<?xf64>, %i: index, %v: f64, %p: i1) -> f64 {
  %r = scf.if %p -> f64 {
    autodiff.accumulate %v, %x[%i] : memref<?xf64>
    %a = autodiff.take %x[%i] : memref<?xf64>
    scf.yield %a : f64
  } else {
    %a = autodiff.take %x[%i] : memref<?xf64>
    scf.yield %a : f64
  }
  return %r : f64
}
// The parameter's cotangent is a sum that grows in one of two branches.
func.func @bounce(%x0: memref<2x?xf64>, %omega: f64, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %n = memref.dim %x0, %c1 : memref<2x?xf64>
  %x = memref.alloc(%n) : memref<2x?xf64>
  %y = memref.alloc(%n) : memref<2x?xf64>
  memref.copy %x0, %x : memref<2x?xf64> to memref<2x?xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %i = %c0 to %n step %c1 {
      %a = memref.load %x[%c0, %i] : memref<2x?xf64>
      %b = memref.load %x[%c1, %i] : memref<2x?xf64>
      %solid = arith.cmpf olt, %a, %half : f64
      scf.if %solid {
        memref.store %b, %y[%c0, %i] : memref<2x?xf64>
        memref.store %a, %y[%c1, %i] : memref<2x?xf64>
      } else {
        %d = arith.mulf %a, %b : f64
        %e = arith.mulf %omega, %d : f64
        %f = arith.addf %a, %e : f64
        %g = arith.subf %b, %e : f64
        memref.store %f, %y[%c0, %i] : memref<2x?xf64>
        memref.store %g, %y[%c1, %i] : memref<2x?xf64>
      }
    }
    memref.copy %y, %x : memref<2x?xf64> to memref<2x?xf64>
  }
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %a = memref.load %x[%c0, %i] : memref<2x?xf64>
    %b = memref.load %x[%c1, %i] : memref<2x?xf64>
    %p = arith.mulf %a, %a : f64
    %q = arith.mulf %p, %b : f64
    %t = arith.addf %s, %q : f64
    scf.yield %t : f64
  }
  memref.dealloc %y : memref<2x?xf64>
  memref.dealloc %x : memref<2x?xf64>
  return %s : f64
}
