// A cotangent that is taken and put back at the same place is read; not if something reads or takes it in between.
// RUN: autodiff-opt %s --autodiff-keep-cotangents | FileCheck %s
// RUN: autodiff-run %s --entry in_place --arg rand:6:1 --arg rand:6:2 --arg 2 --mode check
// RUN: autodiff-run %s --entry in_place --arg rand:6:1 --arg rand:6:2 --arg 2 --threads 2 --mode check
// CHECK-LABEL: func.func @back
// CHECK:         %[[T:.*]] = memref.load %[[X:.*]][%[[I:.*]]] : memref<?xf64>
// CHECK-NEXT:    autodiff.accumulate %[[T]], %{{.*}}[%[[I]]]
// CHECK-NEXT:    autodiff.accumulate %{{.*}}, %[[X]][%{{.*}}]
// CHECK-NEXT:    return
func.func @back(%x: memref<?xf64>, %y: memref<?xf64>, %i: index, %j: index, %a: f64) {
  %t = autodiff.take %x[%i] : memref<?xf64>
  autodiff.accumulate %t, %y[%i] : memref<?xf64>
  autodiff.accumulate %a, %x[%j] : memref<?xf64>
  autodiff.accumulate %t, %x[%i] : memref<?xf64>
  return
}
// CHECK-LABEL: func.func @elsewhere
// CHECK:         autodiff.take
// CHECK:         autodiff.accumulate
func.func @elsewhere(%x: memref<?xf64>, %y: memref<?xf64>, %i: index, %j: index) {
  %t = autodiff.take %x[%i] : memref<?xf64>
  autodiff.accumulate %t, %x[%j] : memref<?xf64>
  return
}
// The other take may be at the same place, or the other buffer the same memory.
// CHECK-LABEL: func.func @seen
// CHECK:         autodiff.take
// CHECK:         autodiff.take
// CHECK:         autodiff.accumulate
func.func @seen(%x: memref<?xf64>, %y: memref<?xf64>, %i: index, %j: index) -> f64 {
  %t = autodiff.take %x[%i] : memref<?xf64>
  %u = autodiff.take %y[%j] : memref<?xf64>
  autodiff.accumulate %t, %x[%i] : memref<?xf64>
  return %u : f64
}
// CHECK-LABEL: func.func @called
// CHECK:         autodiff.take
// CHECK:         call
// CHECK:         autodiff.accumulate
func.func private @reads(memref<?xf64>)
func.func @called(%x: memref<?xf64>, %i: index) {
  %t = autodiff.take %x[%i] : memref<?xf64>
  func.call @reads(%x) : (memref<?xf64>) -> ()
  autodiff.accumulate %t, %x[%i] : memref<?xf64>
  return
}
func.func @in_place(%a: memref<6xf64>, %b: memref<6xf64>, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0.0 : f64
  %x = memref.alloc() : memref<6xf64>
  memref.copy %a, %x : memref<6xf64> to memref<6xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %i = %c1 to %c6 step %c1 {
      %h = arith.subi %i, %c1 : index
      %p = memref.load %x[%i] : memref<6xf64>
      %q = memref.load %b[%h] : memref<6xf64>
      %r = arith.mulf %q, %q : f64
      %s = arith.addf %p, %r : f64
      memref.store %s, %x[%i] : memref<6xf64>
    }
    scf.for %i = %c1 to %c6 step %c1 {
      %h = arith.subi %i, %c1 : index
      %p = memref.load %x[%i] : memref<6xf64>
      %q = memref.load %x[%h] : memref<6xf64>
      %r = arith.mulf %q, %p : f64
      %s = arith.addf %p, %r : f64
      memref.store %s, %x[%i] : memref<6xf64>
    }
  }
  %s = scf.for %i = %c0 to %c6 step %c1 iter_args(%s = %zero) -> f64 {
    %x1 = memref.load %x[%i] : memref<6xf64>
    %p = arith.mulf %x1, %x1 : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  return %s : f64
}
