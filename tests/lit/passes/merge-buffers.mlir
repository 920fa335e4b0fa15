// Buffers of one type and size that an iteration allocates and releases together are one; not those of another size, those
// that something else uses, those released apart, nor those outside of loops.
// RUN: autodiff-opt %s --autodiff-merge-buffers | FileCheck %s
// RUN: autodiff-run %s --entry triangle --arg rand:6:1 --mode check
// RUN: autodiff-run %s --entry triangle --arg rand:6:1 --threads 2 --mode check
// RUN: autodiff-run %s --entry triangle --arg rand:0:1 --mode check
// CHECK-LABEL: func.func @together
// CHECK:         scf.for %[[I:.*]] =
// CHECK-NEXT:      %[[M:.*]] = memref.alloc(%[[I]]) : memref<2x?xf64>
// CHECK:           %[[C:.*]] = memref.alloc(%{{.*}}) : memref<?xf64>
// CHECK-NOT:       memref.alloc
// CHECK:           memref.store %{{.*}}, %[[M]][%c0{{.*}}, %{{.*}}] : memref<2x?xf64>
// CHECK:           memref.load %[[M]][%c1{{.*}}, %{{.*}}] : memref<2x?xf64>
// CHECK:           memref.store %{{.*}}, %[[C]]
// CHECK-DAG:       memref.dealloc %[[C]]
// CHECK-DAG:       memref.dealloc %[[M]]
// CHECK-NOT:       memref.dealloc
func.func @together(%n: index, %v: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %a = memref.alloc(%i) : memref<?xf64>
    %b = memref.alloc(%i) : memref<?xf64>
    %c = memref.alloc(%n) : memref<?xf64>
    memref.store %v, %a[%c0] : memref<?xf64>
    %w = memref.load %b[%c0] : memref<?xf64>
    memref.store %w, %c[%c0] : memref<?xf64>
    memref.dealloc %b : memref<?xf64>
    memref.dealloc %c : memref<?xf64>
    memref.dealloc %a : memref<?xf64>
  }
  return
}
// CHECK-LABEL: func.func @apart
// CHECK-COUNT-4:   memref.alloc(%{{.*}}) : memref<?xf64>
// CHECK-NOT:     2x?
// CHECK:         return
func.func @apart(%n: index, %v: f64, %out: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %copied = memref.alloc(%i) : memref<?xf64>
    %early = memref.alloc(%i) : memref<?xf64>
    %late = memref.alloc(%i) : memref<?xf64>
    memref.store %v, %copied[%c0] : memref<?xf64>
    memref.store %v, %early[%c0] : memref<?xf64>
    memref.dealloc %early : memref<?xf64>
    memref.store %v, %late[%c0] : memref<?xf64>
    memref.copy %copied, %out : memref<?xf64> to memref<?xf64>
    %another = memref.alloc(%i) : memref<?xf64>
    memref.store %v, %another[%c0] : memref<?xf64>
    memref.dealloc %copied : memref<?xf64>
    memref.dealloc %late : memref<?xf64>
    memref.dealloc %another : memref<?xf64>
  }
  return
}
// CHECK-LABEL: func.func @outside
// CHECK-COUNT-2: memref.alloc(%{{.*}}) : memref<?xf64>
// CHECK:         return
func.func @outside(%n: index, %v: f64) {
  %c0 = arith.constant 0 : index
  %a = memref.alloc(%n) : memref<?xf64>
  %b = memref.alloc(%n) : memref<?xf64>
  memref.store %v, %a[%c0] : memref<?xf64>
  memref.store %v, %b[%c0] : memref<?xf64>
  memref.dealloc %a : memref<?xf64>
  memref.dealloc %b : memref<?xf64>
  return
}
// Each round caches what its inner loop computes, as much as the round is long.
func.func @triangle(%x: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  %sum = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%zero) -> f64 {
    %all:3 = scf.for %j = %c0 to %i step %c1 iter_args(%a = %zero, %b = %one, %c = %one) -> (f64, f64, f64) {
      %v = memref.load %x[%j] : memref<?xf64>
      %p = arith.mulf %b, %v : f64
      %q = arith.mulf %c, %p : f64
      %u = math.sin %p : f64
      %w = math.exp %q : f64
      %z = arith.addf %a, %w : f64
      scf.yield %z, %u, %w : f64, f64, f64
    }
    %square = arith.mulf %all#0, %all#1 : f64
    scf.reduce(%square : f64) {
    ^bb0(%left: f64, %right: f64):
      %both = arith.addf %left, %right : f64
      scf.reduce.return %both : f64
    }
  }
  return %sum : f64
}
