// Allocations of the primal get shadows; the derivative frees both, on every path.
// RUN: autodiff-opt %s --autodiff-wrap=function=heap --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry heap --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry heap --arg 0.7 --arg 1 --mode check
// RUN: autodiff-run %s --entry stack --arg 0.7 --arg 0.2 --mode check
// RUN: autodiff-run %s --entry in_loop --arg 0.7 --arg 4 --mode check
// RUN: autodiff-run %s --entry in_branch --arg 0.7 --mode check
// RUN: autodiff-run %s --entry in_branch --arg -0.7 --mode check
// RUN: autodiff-run %s --entry unfreed --arg 0.7 --mode check
func.func @heap(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?xf64>
  memref.store %x, %a[%c0] : memref<?xf64>
  scf.for %i = %c1 to %n step %c1 {
    %j = arith.subi %i, %c1 : index
    %u = memref.load %a[%j] : memref<?xf64>
    %ux = arith.mulf %u, %x : f64
    %v = math.sin %ux : f64
    memref.store %v, %a[%i] : memref<?xf64>
  }
  %last = arith.subi %n, %c1 : index
  %y = memref.load %a[%last] : memref<?xf64>
  memref.dealloc %a : memref<?xf64>
  return %y : f64
}
// CHECK-LABEL: func.func private @heap.vjp.active.const
// CHECK-SAME:    (%{{.*}}: f64, %[[N:.*]]: index, %{{.*}}: f64)
// CHECK:         %[[A:.*]] = memref.alloc(%[[N]])
// CHECK:         %[[A_SHADOW:.*]] = autodiff.shadow
// CHECK-DAG:     memref.dealloc %[[A]]
// CHECK-DAG:     memref.dealloc %[[A_SHADOW]]
// CHECK:         return

func.func @stack(%x: f64, %z: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloca() : memref<2xf64>
  memref.store %x, %a[%c0] : memref<2xf64>
  memref.store %z, %a[%c1] : memref<2xf64>
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %i = arith.select %positive, %c0, %c1 : index
  %u = memref.load %a[%i] : memref<2xf64>
  %v = memref.load %a[%c1] : memref<2xf64>
  %y = arith.mulf %u, %v : f64
  return %y : f64
}
func.func @in_loop(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f64 {
    %size = arith.addi %i, %c1 : index
    %a = memref.alloc(%size) : memref<?xf64>
    scf.for %j = %c0 to %size step %c1 {
      %sx = arith.mulf %s, %x : f64
      memref.store %sx, %a[%j] : memref<?xf64>
    }
    %u = memref.load %a[%i] : memref<?xf64>
    %uu = arith.mulf %u, %u : f64
    memref.store %uu, %a[%c0] : memref<?xf64>
    %v = memref.load %a[%c0] : memref<?xf64>
    %w = math.cos %v : f64
    memref.dealloc %a : memref<?xf64>
    scf.yield %w : f64
  }
  return %y : f64
}
func.func @in_branch(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %y = scf.if %positive -> f64 {
    %a = memref.alloc() : memref<1xf64>
    memref.store %x, %a[%c0] : memref<1xf64>
    %u = memref.load %a[%c0] : memref<1xf64>
    %uu = arith.mulf %u, %u : f64
    memref.store %uu, %a[%c0] : memref<1xf64>
    %v = memref.load %a[%c0] : memref<1xf64>
    %w = arith.mulf %v, %u : f64
    memref.dealloc %a : memref<1xf64>
    scf.yield %w : f64
  } else {
    scf.yield %x : f64
  }
  return %y : f64
}
func.func @unfreed(%x: f64) -> f64 {
  %a = memref.alloc() : memref<f64>
  memref.store %x, %a[] : memref<f64>
  %u = memref.load %a[] : memref<f64>
  %y = arith.mulf %u, %x : f64
  return %y : f64
}
