// A table of parts of an argument: rotated, written through, copied, chosen from by a branch.
// RUN: autodiff-run %s --entry rows --arg rand:4x3:3 --arg 0 --mode check
// RUN: autodiff-run %s --entry rows --arg rand:4x3:3 --arg 1 --mode check
// RUN: autodiff-run %s --entry rows --arg rand:4x3:3 --arg 6 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=rows --autodiff-differentiate | FileCheck %s
func.func @rows(%v: memref<4x3xf64>, %k: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %t = memref.alloc() : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
  scf.for %i = %c0 to %c4 step %c1 {
    %r = memref.subview %v[%i, 0] [1, 3] [1, 1] : memref<4x3xf64> to memref<3xf64, strided<[1], offset: ?>>
    memref.store %r, %t[%i] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
  }
  // rotate the rows k times
  scf.for %n = %c0 to %k step %c1 {
    %f = memref.load %t[%c0] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
    scf.for %i = %c1 to %c4 step %c1 {
      %p = arith.subi %i, %c1 : index
      %r = memref.load %t[%i] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
      memref.store %r, %t[%p] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
    }
    memref.store %f, %t[%c3] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
    // write through the first row
    %a = memref.load %f[%c1] : memref<3xf64, strided<[1], offset: ?>>
    %q = memref.load %t[%c1] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
    %b = memref.load %q[%c0] : memref<3xf64, strided<[1], offset: ?>>
    %m = arith.mulf %a, %b : f64
    memref.store %m, %f[%c1] : memref<3xf64, strided<[1], offset: ?>>
  }
  %u = memref.alloc() : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
  memref.copy %t, %u : memref<4xmemref<3xf64, strided<[1], offset: ?>>> to memref<4xmemref<3xf64, strided<[1], offset: ?>>>
  memref.dealloc %t : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
  %s = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc = %one) -> f64 {
    %r = memref.load %u[%i] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
    %odd = arith.andi %i, %c1 : index
    %is = arith.cmpi eq, %odd, %c0 : index
    %o = memref.load %u[%c0] : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
    %w = scf.if %is -> memref<3xf64, strided<[1], offset: ?>> {
      scf.yield %r : memref<3xf64, strided<[1], offset: ?>>
    } else {
      scf.yield %o : memref<3xf64, strided<[1], offset: ?>>
    }
    %a = memref.load %w[%c1] : memref<3xf64, strided<[1], offset: ?>>
    %b = memref.load %r[%c0] : memref<3xf64, strided<[1], offset: ?>>
    %y = arith.mulf %a, %acc : f64
    %z = arith.addf %y, %b : f64
    memref.store %z, %w[%c0] : memref<3xf64, strided<[1], offset: ?>>
    scf.yield %z : f64
  }
  memref.dealloc %u : memref<4xmemref<3xf64, strided<[1], offset: ?>>>
  return %s : f64
}
// A copy of the table is a copy of the shadow's.
// CHECK-LABEL: func.func private @rows.vjp
// CHECK:         memref.copy %[[FROM:.*]], %[[TO:.*]] : memref<4xmemref<
// CHECK:         memref.copy %[[FROM_SHADOW:.*]], %[[TO_SHADOW:.*]] : memref<4xmemref<
