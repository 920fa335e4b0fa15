// An atomic update by a body under a parallel loop has a value on one thread and on several, and no op is left over.
// RUN: autodiff-run %s --entry chain --arg zeros:1 --arg 5 --arg 3 | FileCheck %s --check-prefix=VALUE
// RUN: autodiff-run %s --entry chain --arg zeros:1 --arg 5 --arg 3 --threads 2 | FileCheck %s --check-prefix=VALUE
// RUN: autodiff-run %s --entry largest --arg zeros:1 --arg 1000 | FileCheck %s --check-prefix=LARGEST
// RUN: autodiff-run %s --entry largest --arg zeros:1 --arg 1000 --threads 2 | FileCheck %s --check-prefix=LARGEST
// RUN: autodiff-run %s --entry halve --arg zeros:1 --arg 5 | FileCheck %s --check-prefix=HALVED
// RUN: autodiff-run %s --entry halve --arg zeros:1 --arg 5 --threads 2 | FileCheck %s --check-prefix=HALVED
// RUN: autodiff-opt %s --autodiff-cpu-pipeline | FileCheck %s
// RUN: autodiff-opt %s --autodiff-cpu-pipeline=openmp=true | FileCheck %s --check-prefix=THREADS

// VALUE: arg-0 {{.*}} [{{0*}}341]
func.func @chain(%cell: memref<1xi64>, %n: index, %step: i64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %r = memref.generic_atomic_rmw %cell[%c0] : memref<1xi64> {
    ^bb0(%old: i64):
      %c4 = arith.constant 4 : i64
      %c2 = arith.constant 2 : i64
      %one = arith.subi %step, %c2 : i64
      %p = arith.muli %old, %c4 : i64
      %w = arith.addi %p, %one : i64
      memref.atomic_yield %w : i64
    }
  }
  return
}

// LARGEST: arg-0 {{.*}} [999]
func.func @largest(%cell: memref<1xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %k = arith.index_cast %i : index to i32
    %v = arith.sitofp %k : i32 to f32
    %r = memref.atomic_rmw maximumf %v, %cell[%c0] : (f32, memref<1xf32>) -> f32
  }
  return
}

// HALVED: arg-0 {{.*}} [1.9375]
func.func @halve(%cell: memref<1xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %half = arith.constant 0.5 : f32
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %r = memref.generic_atomic_rmw %cell[%c0] : memref<1xf32> {
    ^bb0(%old: f32):
      %one = arith.constant 1.0 : f32
      %p = arith.mulf %old, %half : f32
      %w = arith.addf %p, %one : f32
      memref.atomic_yield %w : f32
    }
  }
  return
}

// CHECK-NOT: memref.
// CHECK-NOT: unrealized
// THREADS-NOT: memref.
// THREADS-NOT: unrealized
// THREADS: llvm.cmpxchg {{.*}} i64
// THREADS: llvm.cmpxchg {{.*}} i32
