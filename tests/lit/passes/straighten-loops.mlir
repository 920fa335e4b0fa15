// An innermost loop that counts backwards counts forwards if it takes and accumulates at places of its own; not if it
// carries something else than a sum, or reads what it adds to.
// RUN: autodiff-opt %s --autodiff-straighten-loops | FileCheck %s
// RUN: autodiff-run %s --entry primal --arg rand:6:1 --arg rand:6:2 --mode check
// CHECK-LABEL: func.func @sum
// CHECK:         scf.for %[[I:.*]] = %{{.*}} iter_args(%[[S:.*]] =
// CHECK-NEXT:      %[[T:.*]] = autodiff.take %{{.*}}[%[[I]]]
// CHECK-NEXT:      autodiff.accumulate %[[T]], %{{.*}}[%[[I]]]
func.func @sum(%x: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %y = autodiff.shadow(%n) : memref<?xf64>
  %last = arith.subi %n, %c1 : index
  %r = scf.for %k = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %i = arith.subi %last, %k : index
    %t = autodiff.take %y[%i] : memref<?xf64>
    autodiff.accumulate %t, %x[%i] : memref<?xf64>
    %u = arith.addf %s, %t fastmath<reassoc,nsz> : f64
    scf.yield %u : f64
  }
  return %r : f64
}
// CHECK-LABEL: func.func @ordered
// CHECK:         arith.subi %{{.*}}, %{{.*}} : index
// CHECK:         scf.for
// CHECK:           arith.subi
func.func @ordered(%x: memref<?xf64>, %n: index, %a: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last = arith.subi %n, %c1 : index
  %r = scf.for %k = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %i = arith.subi %last, %k : index
    autodiff.accumulate %s, %x[%i] : memref<?xf64>
    %u = arith.mulf %s, %a : f64
    scf.yield %u : f64
  }
  return %r : f64
}
// Two arguments may be the same memory.
// CHECK-LABEL: func.func @reads
// CHECK:         scf.for
// CHECK:           arith.subi
func.func @reads(%x: memref<?xf64>, %y: memref<?xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last = arith.subi %n, %c1 : index
  scf.for %k = %c0 to %n step %c1 {
    %i = arith.subi %last, %k : index
    %t = memref.load %y[%k] : memref<?xf64>
    %u = memref.load %y[%i] : memref<?xf64>
    autodiff.accumulate %t, %x[%i] : memref<?xf64>
    autodiff.accumulate %u, %x[%i] : memref<?xf64>
  }
  scf.for %k = %c0 to %n step %c1 {
    %i = arith.subi %last, %k : index
    %u = memref.load %y[%i] : memref<?xf64>
    autodiff.accumulate %u, %x[%i] : memref<?xf64>
  }
  return
}
func.func @primal(%a: memref<6xf64> {llvm.noalias}, %b: memref<6xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0.0 : f64
  %s = scf.for %i = %c0 to %c6 step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<6xf64>
    %y = memref.load %b[%i] : memref<6xf64>
    %p = arith.mulf %x, %y : f64
    %q = math.sin %p : f64
    %t = arith.addf %s, %q : f64
    scf.yield %t : f64
  }
  return %s : f64
}
// A loop around others counts forwards, too, if they only read and accumulate; not if what they read is accumulated into.
// CHECK-LABEL: func.func @rows
// CHECK:         scf.for %[[I:[a-z0-9]+]] =
// CHECK-NOT:       arith.subi
// CHECK:           autodiff.accumulate %{{.*}}, %{{.*}}[%[[I]], %{{.*}}]
// CHECK:         scf.for %[[K:[a-z0-9]+]] =
// CHECK-NEXT:      arith.subi %{{.*}}, %[[K]]
func.func @rows(%x: memref<?x?xf64> {llvm.noalias}, %x_bar: memref<?x?xf64>, %y_bar: memref<?xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %last = arith.subi %n, %c1 : index
  scf.for %k = %c0 to %n step %c1 {
    %i = arith.subi %last, %k : index
    %sum = scf.for %j = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
      %v = memref.load %x[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %v, %x_bar[%i, %j] : memref<?x?xf64>
      %t = arith.mulf %s, %v : f64
      scf.yield %t : f64
    }
    autodiff.accumulate %sum, %y_bar[%i] : memref<?xf64>
  }
  scf.for %k = %c0 to %n step %c1 {
    %i = arith.subi %last, %k : index
    scf.for %j = %c0 to %n step %c1 {
      %v = memref.load %x_bar[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %v, %x_bar[%k, %j] : memref<?x?xf64>
    }
  }
  return
}
// RUN: autodiff-run %s --entry product --arg rand:5x4:1 --arg rand:4x3:2 --mode check --threads 2
func.func @product(%a: memref<5x4xf64>, %b: memref<4x3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %c = memref.alloc() : memref<5x3xf64>
  scf.parallel (%i) = (%c0) to (%c5) step (%c1) {
    scf.for %j = %c0 to %c3 step %c1 {
      memref.store %zero, %c[%i, %j] : memref<5x3xf64>
    }
    scf.for %k = %c0 to %c4 step %c1 {
      scf.for %j = %c0 to %c3 step %c1 {
        %x = memref.load %a[%i, %k] : memref<5x4xf64>
        %y = memref.load %b[%k, %j] : memref<4x3xf64>
        %xy = arith.mulf %x, %y : f64
        %old = memref.load %c[%i, %j] : memref<5x3xf64>
        %new = arith.addf %old, %xy : f64
        memref.store %new, %c[%i, %j] : memref<5x3xf64>
      }
    }
    scf.reduce
  }
  %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %t = scf.for %j = %c0 to %c3 step %c1 iter_args(%u = %s) -> f64 {
      %v = memref.load %c[%i, %j] : memref<5x3xf64>
      %vv = arith.mulf %v, %v : f64
      %w = arith.addf %u, %vv : f64
      scf.yield %w : f64
    }
    scf.yield %t : f64
  }
  memref.dealloc %c : memref<5x3xf64>
  return %r : f64
}
