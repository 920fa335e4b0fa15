// A buffer that each iteration allocates and releases, in a size that the loops leave alone, is allocated once; not one whose
// size varies, or that outlives its iteration.
// RUN: autodiff-opt %s --autodiff-hoist-buffers | FileCheck %s
// RUN: autodiff-run %s --entry scratch --arg rand:4x3:1 --mode check
// RUN: autodiff-run %s --entry scratch --arg rand:0x3:1 --mode check
// RUN: autodiff-run %s --entry triangle --arg rand:5:1 --mode check
// CHECK-LABEL: func.func @scratch
// CHECK:         %[[B:.*]] = memref.alloc(%{{.*}}) : memref<?xf64>
// CHECK:         scf.for
// CHECK-NOT:       memref.alloc
// CHECK-NOT:       memref.dealloc
// CHECK:         }
// CHECK:         memref.dealloc %[[B]]
// CHECK-NEXT:    return
func.func @scratch(%x: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %x, %c0 : memref<?x?xf64>
  %m = memref.dim %x, %c1 : memref<?x?xf64>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %t = scf.for %j = %c0 to %m step %c1 iter_args(%u = %s) -> f64 {
      %b = memref.alloc(%m) : memref<?xf64>
      scf.for %k = %c0 to %m step %c1 {
        %v = memref.load %x[%i, %k] : memref<?x?xf64>
        %e = math.exp %v : f64
        memref.store %e, %b[%k] : memref<?xf64>
      }
      %w = memref.load %b[%j] : memref<?xf64>
      memref.dealloc %b : memref<?xf64>
      %ww = arith.mulf %w, %w : f64
      %next = arith.addf %u, %ww : f64
      scf.yield %next : f64
    }
    scf.yield %t : f64
  }
  return %r : f64
}
// CHECK-LABEL: func.func @triangle
// CHECK:         scf.for
// CHECK:           memref.alloc
// CHECK:           memref.dealloc
// CHECK:           scf.yield
func.func @triangle(%x: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c1 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %b = memref.alloc(%i) : memref<?xf64>
    scf.for %k = %c0 to %i step %c1 {
      %v = memref.load %x[%k] : memref<5xf64>
      %e = math.sin %v : f64
      memref.store %e, %b[%k] : memref<?xf64>
    }
    %last = arith.subi %i, %c1 : index
    %w = memref.load %b[%last] : memref<?xf64>
    memref.dealloc %b : memref<?xf64>
    %ww = arith.mulf %w, %w : f64
    %next = arith.addf %s, %ww : f64
    scf.yield %next : f64
  }
  return %r : f64
}
// CHECK-LABEL: func.func @passed_on
// CHECK:         scf.for
// CHECK:           memref.alloc
// CHECK:           scf.yield
func.func @passed_on(%n: index, %first: memref<2xf64>) -> memref<2xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last = scf.for %i = %c0 to %n step %c1 iter_args(%b = %first) -> memref<2xf64> {
    memref.dealloc %b : memref<2xf64>
    %new = memref.alloc() : memref<2xf64>
    scf.yield %new : memref<2xf64>
  }
  return %last : memref<2xf64>
}
