// LLVM makes no vectors of iterations that store to many rows: each store of a vector would write to all of them. A few
// such stores, or many to neighbouring elements, are left to it.
// RUN: autodiff-opt %s --autodiff-limit-scatters | FileCheck %s
// RUN: autodiff-opt %s --autodiff-cpu-pipeline | FileCheck %s --check-prefix=LLVM
// RUN: autodiff-run %s --entry total --arg rand:3:1 --mode check
// CHECK:       #[[NEVER:.*]] = #llvm.loop_vectorize<disable = true>
// CHECK:       #[[MARK:.*]] = #llvm.loop_annotation<vectorize = #[[NEVER]]>
// CHECK-LABEL: func.func @rows
// CHECK:         loop_annotation = #[[MARK]]
// CHECK-LABEL: func.func @near
// CHECK-NOT:     loop_annotation
// LLVM-LABEL:  llvm.func @rows
// LLVM:          llvm.br {{.*}} {loop_annotation = #{{.*}}}
func.func @rows(%x: memref<?xf64>, %j: memref<?x2x5xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %a = memref.load %x[%i] : memref<?xf64>
    %b = arith.mulf %a, %a : f64
    %c = math.sin %a : f64
    memref.store %a, %j[%i, %c0, %c0] : memref<?x2x5xf64>
    memref.store %b, %j[%i, %c0, %c1] : memref<?x2x5xf64>
    memref.store %c, %j[%i, %c1, %c2] : memref<?x2x5xf64>
    memref.store %a, %j[%i, %c1, %c3] : memref<?x2x5xf64>
  }
  return
}
func.func @near(%x: memref<?xf64>, %j: memref<?x4xf64>, %k: memref<4x?xf64>, %l: memref<?x?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %a = memref.load %x[%i] : memref<?xf64>
    memref.store %a, %j[%i, %c0] : memref<?x4xf64>
    memref.store %a, %j[%i, %c1] : memref<?x4xf64>
    memref.store %a, %j[%i, %c2] : memref<?x4xf64>
    memref.store %a, %j[%i, %c3] : memref<?x4xf64>
    memref.store %a, %k[%c0, %i] : memref<4x?xf64>
    memref.store %a, %k[%c1, %i] : memref<4x?xf64>
    memref.store %a, %k[%c2, %i] : memref<4x?xf64>
    memref.store %a, %l[%i, %c0] : memref<?x?xf64>
  }
  return
}
func.func @total(%x: memref<3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %open = memref.cast %x : memref<3xf64> to memref<?xf64>
  %n = memref.dim %open, %c0 : memref<?xf64>
  %j = memref.alloc(%n) : memref<?x2x5xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %k = %c0 to %c2 step %c1 {
      scf.for %l = %c0 to %n step %c1 {
        memref.store %zero, %j[%i, %k, %l] : memref<?x2x5xf64>
      }
    }
  }
  func.call @rows(%open, %j) : (memref<?xf64>, memref<?x2x5xf64>) -> ()
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %a = memref.load %j[%i, %c0, %c1] : memref<?x2x5xf64>
    %b = memref.load %j[%i, %c1, %c2] : memref<?x2x5xf64>
    %p = arith.mulf %a, %b : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  memref.dealloc %j : memref<?x2x5xf64>
  return %s : f64
}
