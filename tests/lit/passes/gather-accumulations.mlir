// The adjoint of a stencil gathers: one store for an element that several cotangents contribute to. Rims are as they
// were, also where there is nothing but rims.
// RUN: autodiff-opt %s --autodiff-gather-accumulations | FileCheck %s
// RUN: autodiff-opt %s --autodiff-gather-accumulations --canonicalize --cse | FileCheck %s --check-prefix=FIRST
// RUN: autodiff-run %s --entry stencil --arg rand:9x7:1 --arg rand:9x7:2 --arg 3 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:2x2:1 --arg rand:2x2:2 --arg 3 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:3x3:1 --arg rand:3x3:2 --arg 4 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:3x9:1 --arg rand:3x9:2 --arg 4 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:9x3:1 --arg rand:9x3:2 --arg 4 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:4x4:1 --arg rand:4x4:2 --arg 4 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:5x4:1 --arg rand:5x4:2 --arg 1 --mode check
// CHECK-LABEL: func.func @scatter
// CHECK:         %[[Y:.*]] = autodiff.shadow
// Rows 0 and n - 1 of the second member and of the third; then the rows between.
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             memref.load %[[Y]]
// CHECK:             autodiff.accumulate
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             memref.load %[[Y]]
// CHECK:             autodiff.accumulate
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK-COUNT-3:     memref.load %[[Y]]
// CHECK:             autodiff.accumulate
// CHECK-NOT:         autodiff.accumulate
// CHECK:           scf.for
// CHECK-NEXT:        autodiff.take %[[Y]]
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK-NEXT:        autodiff.take %[[Y]]
// CHECK-NOT:     autodiff.
// CHECK:         return
func.func @scatter(%x: memref<?x?xf64>, %n: index, %m: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = autodiff.shadow(%n, %m) : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %south = arith.addi %i, %c1 : index
    %north = arith.subi %i, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %t = autodiff.take %y[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%south, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%north, %j] : memref<?x?xf64>
    }
  }
  return
}
// Where there are two buffers to add to, all reads come first.
// FIRST-LABEL: func.func @two
// FIRST:         scf.for %{{.*}} = %c1 to
// FIRST:           scf.for
// FIRST-COUNT-3:     memref.load
// FIRST-NOT:         memref.load
// FIRST:             autodiff.accumulate
// FIRST-NEXT:        autodiff.accumulate
// FIRST:         return
func.func @two(%x: memref<?x?xf64>, %z: memref<?x?xf64>, %n: index, %m: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = autodiff.shadow(%n, %m) : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %south = arith.addi %i, %c1 : index
    %north = arith.subi %i, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %t = autodiff.take %y[%i, %j] : memref<?x?xf64>
      %u = arith.mulf %t, %t : f64
      autodiff.accumulate %t, %x[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%south, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%north, %j] : memref<?x?xf64>
      autodiff.accumulate %u, %z[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %u, %z[%south, %j] : memref<?x?xf64>
      autodiff.accumulate %u, %z[%north, %j] : memref<?x?xf64>
    }
  }
  return
}
// Each row is taken again and again: that cannot be moved.
// CHECK-LABEL: func.func @one_row
// CHECK-COUNT-2: scf.for
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @one_row(%x: memref<?x?xf64>, %n: index, %m: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = autodiff.shadow(%n, %m) : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %south = arith.addi %i, %c1 : index
    %north = arith.subi %i, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %t = autodiff.take %y[%c0, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%south, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%north, %j] : memref<?x?xf64>
    }
  }
  return
}
func.func @stencil(%k: memref<?x?xf64> {llvm.noalias}, %u0: memref<?x?xf64> {llvm.noalias}, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %u0, %c0 : memref<?x?xf64>
  %m = memref.dim %u0, %c1 : memref<?x?xf64>
  %zero = arith.constant 0.0 : f64
  %end = arith.subi %n, %c1 : index
  %stop = arith.subi %m, %c1 : index
  %even = memref.alloc(%n, %m) : memref<?x?xf64>
  %odd = memref.alloc(%n, %m) : memref<?x?xf64>
  memref.copy %u0, %even : memref<?x?xf64> to memref<?x?xf64>
  memref.copy %u0, %odd : memref<?x?xf64> to memref<?x?xf64>
  %last:2 = scf.for %t = %c0 to %steps step %c1 iter_args(%u = %even, %v = %odd)
      -> (memref<?x?xf64>, memref<?x?xf64>) {
    scf.for %i = %c1 to %end step %c1 {
      %north = arith.subi %i, %c1 : index
      %south = arith.addi %i, %c1 : index
      scf.for %j = %c1 to %stop step %c1 {
        %west = arith.subi %j, %c1 : index
        %east = arith.addi %j, %c1 : index
        %kij = memref.load %k[%i, %j] : memref<?x?xf64>
        %a = memref.load %u[%i, %j] : memref<?x?xf64>
        %b = memref.load %u[%north, %west] : memref<?x?xf64>
        %c = memref.load %u[%i, %west] : memref<?x?xf64>
        %d = memref.load %u[%south, %east] : memref<?x?xf64>
        %e = arith.addf %b, %c : f64
        %f = arith.mulf %d, %a : f64
        %g = arith.subf %e, %f : f64
        %h = arith.mulf %g, %kij : f64
        memref.store %h, %v[%i, %j] : memref<?x?xf64>
      }
    }
    scf.yield %v, %u : memref<?x?xf64>, memref<?x?xf64>
  }
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %row = scf.for %j = %c0 to %m step %c1 iter_args(%r = %s) -> f64 {
      %x = memref.load %last#0[%i, %j] : memref<?x?xf64>
      %y = memref.load %last#1[%i, %j] : memref<?x?xf64>
      %xx = arith.mulf %x, %x : f64
      %xy = arith.mulf %xx, %y : f64
      %t = arith.addf %r, %xy : f64
      scf.yield %t : f64
    }
    scf.yield %row : f64
  }
  return %sum : f64
}
