// What is computed in front of a branch and used on one side only has its adjoint on that side; not in loops that LLVM
// makes vectors of, not what something else uses, not behind a read of what has been accumulated.
// RUN: autodiff-opt %s --autodiff-sink-adjoints | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-sink-adjoints | FileCheck %s --check-prefix=PAIRS
// RUN: autodiff-run %s --entry pairs --arg rand:3x9:1 --arg rand:4:2 --arg 0.9 --mode check
// RUN: autodiff-run %s --entry pairs --arg rand:3x9:1 --arg rand:4:2 --arg 0.9 --threads 2 --mode check
// RUN: autodiff-run %s --entry pairs --arg rand:3x0:1 --arg rand:4:2 --arg 0.9 --mode check
// CHECK-LABEL: func.func @tail
// CHECK:         %[[R:.*]]:2 = scf.if %{{.*}} -> (f64, f64) {
// CHECK:           %[[F:.*]] = arith.mulf %{{.*}}, %[[SEED:.*]] : f64
// CHECK:           memref.load
// CHECK:           arith.divf %[[F]], %{{.*}} : f64
// CHECK:           %[[NEW:.*]] = arith.addf %[[SUM:.*]], %{{.*}} fastmath<reassoc,nsz>
// CHECK:           autodiff.accumulate
// CHECK:           scf.yield %[[F]], %[[NEW]]
// CHECK:         } else {
// CHECK:           scf.yield %{{.*}}, %[[SUM]]
// CHECK:         }
// CHECK-NEXT:    %[[USE:.*]] = math.sin %[[R]]#0
// CHECK-NEXT:    autodiff.accumulate %[[USE]]
// CHECK-NEXT:    scf.yield %[[R]]#1
func.func @tail(%x: memref<?xf64> {llvm.noalias}, %dx: memref<?xf64> {llvm.noalias}, %k: memref<?xindex>,
    %dy: memref<?xf64> {llvm.noalias}, %n: index, %p: i1, %seed: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %to = memref.load %k[%i] : memref<?xindex>
    %b = scf.if %p -> f64 {
      %f = arith.mulf %seed, %seed : f64
      scf.yield %f : f64
    } else {
      scf.yield %zero : f64
    }
    %v = memref.load %x[%i] : memref<?xf64>
    %q = arith.divf %b, %v : f64
    %t = arith.addf %s, %q fastmath<reassoc,nsz> : f64
    autodiff.accumulate %q, %dx[%to] : memref<?xf64>
    %u = math.sin %b : f64
    autodiff.accumulate %u, %dy[%to] : memref<?xf64>
    scf.yield %t : f64
  }
  return %sum : f64
}
// CHECK-LABEL: func.func @stream
// CHECK:         scf.if
// CHECK:         }
// CHECK:         arith.divf
// CHECK-NEXT:    autodiff.accumulate
func.func @stream(%dx: memref<?xf64>, %n: index, %p: i1, %seed: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %c0 to %n step %c1 {
    %b = scf.if %p -> f64 {
      %f = arith.mulf %seed, %seed : f64
      scf.yield %f : f64
    } else {
      scf.yield %zero : f64
    }
    %q = arith.divf %b, %seed : f64
    autodiff.accumulate %q, %dx[%i] : memref<?xf64>
  }
  return
}
// CHECK-LABEL: func.func @read
// CHECK:         scf.if
// CHECK:         %[[V:.*]] = memref.load
// CHECK:         arith.divf %{{.*}}, %[[V]]
// CHECK-NEXT:    autodiff.accumulate
func.func @read(%dx: memref<?xf64>, %k: memref<?xindex>, %n: index, %p: i1, %seed: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %c0 to %n step %c1 {
    %to = memref.load %k[%i] : memref<?xindex>
    %b = scf.if %p -> f64 {
      %f = arith.mulf %seed, %seed : f64
      scf.yield %f : f64
    } else {
      scf.yield %zero : f64
    }
    autodiff.accumulate %seed, %dx[%to] : memref<?xf64>
    %v = memref.load %dx[%i] : memref<?xf64>
    %q = arith.divf %b, %v : f64
    autodiff.accumulate %q, %dx[%to] : memref<?xf64>
  }
  return
}
// The adjoint of the distance, a division, is left out for pairs that are too far from each other.
// PAIRS-LABEL: func.func private @pairs.vjp
// PAIRS:         autodiff.accumulate
// PAIRS:         arith.divf
// PAIRS:         autodiff.accumulate
// PAIRS:         autodiff.accumulate
// PAIRS-NEXT:    scf.yield
// PAIRS-NEXT:    } else {
// PAIRS-NEXT:    scf.yield
// PAIRS-NEXT:    }
// PAIRS-NEXT:    scf.yield
func.func @pairs(%x: memref<3x?xf64>, %strength: memref<4xf64>, %reach: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %x, %c1 : memref<3x?xf64>
  %energy = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %xi = memref.load %x[%c0, %i] : memref<3x?xf64>
    %yi = memref.load %x[%c1, %i] : memref<3x?xf64>
    %inner = scf.for %j = %c0 to %i step %c1 iter_args(%t = %s) -> f64 {
      %xj = memref.load %x[%c0, %j] : memref<3x?xf64>
      %yj = memref.load %x[%c1, %j] : memref<3x?xf64>
      %dx = arith.subf %xi, %xj : f64
      %dy = arith.subf %yi, %yj : f64
      %dx2 = arith.mulf %dx, %dx : f64
      %dy2 = arith.mulf %dy, %dy : f64
      %r2 = arith.addf %dx2, %dy2 : f64
      %r = math.sqrt %r2 : f64
      %gap = arith.subf %reach, %r : f64
      %near = arith.cmpf ogt, %gap, %zero : f64
      %u = scf.if %near -> f64 {
        %both = arith.addi %i, %j : index
        %kind = arith.remui %both, %c4 : index
        %k = memref.load %strength[%kind] : memref<4xf64>
        %square = arith.mulf %gap, %gap : f64
        %e = arith.mulf %k, %square : f64
        %v = arith.addf %t, %e : f64
        scf.yield %v : f64
      } else {
        scf.yield %t : f64
      }
      scf.yield %u : f64
    }
    scf.yield %inner : f64
  }
  %squared = arith.mulf %energy, %energy : f64
  return %squared : f64
}
func.func @gradient(%x: memref<3x?xf64>, %dx: memref<3x?xf64>, %strength: memref<4xf64>, %ds: memref<4xf64>, %reach: f64) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @pairs(%x, %dx, %strength, %ds, %reach, %one) args [dup, dup, const] results [active_noneed] : (memref<3x?xf64>, memref<3x?xf64>, memref<4xf64>, memref<4xf64>, f64, f64) -> ()
  return
}
