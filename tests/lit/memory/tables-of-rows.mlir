// Rows that a table holds: allocated in a loop, exchanged, read and overwritten through the table, freed through it.
// RUN: autodiff-opt %s --autodiff-wrap=function=jagged --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry jagged --arg 1.1 --arg rand:6:3 --mode check
func.func @jagged(%x: f64, %v: memref<6xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %t = memref.alloc() : memref<3xmemref<?xf64>>
  scf.for %i = %c0 to %c3 step %c1 {
    %n = arith.addi %i, %c1 : index
    %r = memref.alloc(%n) : memref<?xf64>
    scf.for %j = %c0 to %n step %c1 {
      %k = arith.addi %i, %j : index
      %a = memref.load %v[%k] : memref<6xf64>
      %b = arith.mulf %a, %x : f64
      memref.store %b, %r[%j] : memref<?xf64>
    }
    memref.store %r, %t[%i] : memref<3xmemref<?xf64>>
  }
  %r0 = memref.load %t[%c0] : memref<3xmemref<?xf64>>
  %c2 = arith.constant 2 : index
  %r2 = memref.load %t[%c2] : memref<3xmemref<?xf64>>
  memref.store %r2, %t[%c0] : memref<3xmemref<?xf64>>
  memref.store %r0, %t[%c2] : memref<3xmemref<?xf64>>
  %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%acc = %zero) -> f64 {
    %r = memref.load %t[%i] : memref<3xmemref<?xf64>>
    %n = memref.dim %r, %c0 : memref<?xf64>
    %in = scf.for %j = %c0 to %n step %c1 iter_args(%acc2 = %acc) -> f64 {
      %a = memref.load %r[%j] : memref<?xf64>
      %s = math.sin %a : f64
      %m = arith.mulf %s, %a : f64
      memref.store %m, %r[%j] : memref<?xf64>
      %f = arith.addf %acc2, %m : f64
      %i1 = arith.addi %i, %c1 : index
      %i2 = arith.index_cast %i1 : index to i64
      %i3 = arith.sitofp %i2 : i64 to f64
      %g = arith.mulf %f, %i3 : f64
      scf.yield %g : f64
    }
    %first = memref.load %r[%c0] : memref<?xf64>
    %prod = arith.mulf %in, %first : f64
    scf.yield %prod : f64
  }
  scf.for %i = %c0 to %c3 step %c1 {
    %r = memref.load %t[%i] : memref<3xmemref<?xf64>>
    memref.dealloc %r : memref<?xf64>
  }
  memref.dealloc %t : memref<3xmemref<?xf64>>
  return %sum : f64
}
// The shadow of the table holds the shadows of the rows, and what happens to one happens to the other. The loop that frees
// the rows frees no shadow: the reverse of their allocation does.
// CHECK-LABEL: func.func private @jagged.vjp
// CHECK:         %[[TABLE:.*]] = memref.alloc() : memref<3xmemref<?xf64>>
// CHECK:         %[[SHADOW:.*]] = memref.alloc() : memref<3xmemref<?xf64>>
// CHECK:         %[[ROWS:.*]] = autodiff.cache
// CHECK:         scf.for
// CHECK:           %[[ROW:.*]] = memref.alloc(
// CHECK:           %[[ROW_SHADOW:.*]] = autodiff.shadow(
// CHECK:           autodiff.push %[[ROW_SHADOW]], %[[ROWS]]
// CHECK:           memref.store %[[ROW]], %[[TABLE]][%[[I:.*]]]
// CHECK:           memref.store %[[ROW_SHADOW]], %[[SHADOW]][%[[I]]]
// CHECK:         memref.load %[[TABLE]][%[[ZERO:.*]]]
// CHECK:         memref.load %[[SHADOW]][%[[ZERO]]]
// CHECK:         %[[FREED:.*]] = autodiff.pop %[[ROWS]]
// CHECK:         memref.dealloc %[[FREED]]
