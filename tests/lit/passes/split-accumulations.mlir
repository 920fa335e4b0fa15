// A loop that accumulates into neighbours is split, one loop for each neighbour; the first piece takes, last.
// RUN: autodiff-opt %s --autodiff-split-accumulations | FileCheck %s
// RUN: autodiff-run %s --entry stencil --arg rand:9x7:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:2x2:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry stencil --arg rand:3x3:1 --arg 4 --mode check
// RUN: autodiff-run %s --entry dear_stencil --arg rand:9:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry dear_stencil --arg rand:2:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry dear_stencil --arg rand:1:1 --arg 2 --mode check
// RUN: autodiff-run %s --entry dear_stencil --arg rand:7:1 --arg 3 --threads 2 --mode check
// CHECK-LABEL: func.func @neighbours
// CHECK:         scf.for %[[I:.*]] = %{{.*}} {
// CHECK:           %[[J:.*]] = arith.addi %[[I]], %{{.*}}
// CHECK:           %[[T:.*]] = memref.load %[[Y:.*]][%[[J]]]
// CHECK:           autodiff.accumulate %[[T]], %[[X:.*]][%[[J]]]
// CHECK-NOT:       autodiff.accumulate
// CHECK:         scf.for %[[I:.*]] = %{{.*}} {
// CHECK:           %[[J:.*]] = arith.addi %[[I]], %{{.*}}
// CHECK:           %[[T:.*]] = autodiff.take %[[Y]][%[[J]]]
// CHECK:           autodiff.accumulate %[[T]], %[[X]][%[[I]]]
// CHECK-NOT:       autodiff.accumulate
// CHECK:         return
func.func @neighbours(%x: memref<?xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = arith.addi %n, %c1 : index
  %y = autodiff.shadow(%m) : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %j = arith.addi %i, %c1 : index
    %t = autodiff.take %y[%j] : memref<?xf64>
    autodiff.accumulate %t, %x[%i] : memref<?xf64>
    autodiff.accumulate %t, %x[%j] : memref<?xf64>
  }
  return
}
// What is expensive is not computed twice: the other piece gets it from a buffer, which all runs of the loop share.
// CHECK-LABEL: func.func @dear
// CHECK:         %[[B:.*]] = memref.alloc(%{{.*}}) : memref<?xf64>
// CHECK:         scf.for %{{.*}} {
// CHECK:           scf.for %[[I:.*]] = %{{.*}} {
// CHECK:             %[[U:.*]] = math.exp
// CHECK:             autodiff.accumulate %[[U]], %[[X:.*]][%[[I]]]
// CHECK:             memref.store %[[U]], %[[B]][%[[I]]]
// CHECK-NOT:         autodiff.accumulate
// CHECK:           scf.for %[[I:.*]] = %{{.*}} {
// CHECK:             %[[J:.*]] = arith.addi %[[I]], %{{.*}}
// CHECK-NOT:         math.exp
// CHECK:             %[[V:.*]] = memref.load %[[B]][%[[I]]]
// CHECK:             autodiff.accumulate %[[V]], %[[X]][%[[J]]]
// CHECK:         memref.dealloc %[[B]]
func.func @dear(%x: memref<?xf64>, %n: index, %runs: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = arith.addi %n, %c1 : index
  %y = autodiff.shadow(%m) : memref<?xf64>
  scf.for %run = %c0 to %runs step %c1 {
    scf.for %i = %c0 to %n step %c1 {
      %j = arith.addi %i, %c1 : index
      %t = autodiff.take %y[%j] : memref<?xf64>
      %u = math.exp %t : f64
      autodiff.accumulate %u, %x[%i] : memref<?xf64>
      autodiff.accumulate %u, %x[%j] : memref<?xf64>
    }
  }
  return
}
// What one iteration adds, another takes.
// CHECK-LABEL: func.func @in_place
// CHECK:         scf.for
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @in_place(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = arith.addi %n, %c1 : index
  %y = autodiff.shadow(%m) : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %j = arith.addi %i, %c1 : index
    %t = autodiff.take %y[%j] : memref<?xf64>
    autodiff.accumulate %t, %y[%i] : memref<?xf64>
    autodiff.accumulate %t, %y[%j] : memref<?xf64>
  }
  return
}
func.func @stencil(%u0: memref<?x?xf64>, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %u0, %c0 : memref<?x?xf64>
  %m = memref.dim %u0, %c1 : memref<?x?xf64>
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
      scf.for %j = %c1 to %stop step %c1 {
        %west = arith.subi %j, %c1 : index
        %east = arith.addi %j, %c1 : index
        %a = memref.load %u[%i, %j] : memref<?x?xf64>
        %b = memref.load %u[%north, %j] : memref<?x?xf64>
        %c = memref.load %u[%i, %west] : memref<?x?xf64>
        %d = memref.load %u[%i, %east] : memref<?x?xf64>
        %e = arith.addf %a, %b : f64
        %f = arith.mulf %c, %d : f64
        %g = arith.subf %e, %f : f64
        memref.store %g, %v[%i, %j] : memref<?x?xf64>
      }
    }
    scf.yield %v, %u : memref<?x?xf64>, memref<?x?xf64>
  }
  %sum = scf.for %i = %c0 to %m step %c1 iter_args(%s = %c0) -> index {
    scf.yield %s : index
  }
  %y = memref.load %last#0[%c1, %sum] : memref<?x?xf64>
  %z = memref.load %last#0[%end, %c1] : memref<?x?xf64>
  %w = memref.load %last#0[%c1, %c1] : memref<?x?xf64>
  %p = arith.mulf %y, %w : f64
  %r = arith.addf %p, %z : f64
  return %r : f64
}
func.func @dear_stencil(%u0: memref<?xf64>, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %u0, %c0 : memref<?xf64>
  %last = arith.subi %n, %c1 : index
  %u = memref.alloc(%n) : memref<?xf64>
  %f = memref.alloc(%n) : memref<?xf64>
  memref.copy %u0, %u : memref<?xf64> to memref<?xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %i = %c0 to %last step %c1 {
      %j = arith.addi %i, %c1 : index
      %a = memref.load %u[%i] : memref<?xf64>
      %b = memref.load %u[%j] : memref<?xf64>
      %d = arith.subf %b, %a : f64
      %e = math.sin %d : f64
      memref.store %e, %f[%i] : memref<?xf64>
    }
    scf.for %i = %c1 to %last step %c1 {
      %h = arith.subi %i, %c1 : index
      %a = memref.load %f[%h] : memref<?xf64>
      %b = memref.load %f[%i] : memref<?xf64>
      %old = memref.load %u[%i] : memref<?xf64>
      %p = arith.mulf %a, %b : f64
      %q = arith.divf %p, %b : f64
      %new = arith.addf %old, %q : f64
      memref.store %new, %u[%i] : memref<?xf64>
    }
  }
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %a = memref.load %u[%i] : memref<?xf64>
    %p = arith.mulf %a, %a : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  return %s : f64
}
