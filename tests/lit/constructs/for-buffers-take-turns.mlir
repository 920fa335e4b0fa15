// Buffers that a loop carries and passes on in turn: their shadows take turns backwards, and no cache keeps them. Where
// a loop yields one of them twice, or another buffer, the shadows come from a cache.
// RUN: autodiff-opt %s --autodiff-wrap=function=rotate --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=merge --autodiff-differentiate | FileCheck %s --check-prefix=MERGE
// RUN: autodiff-run %s --entry rotate --arg rand:4:1 --arg 0 --mode check
// RUN: autodiff-run %s --entry rotate --arg rand:4:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry rotate --arg rand:4:1 --arg 5 --mode check
// RUN: autodiff-run %s --entry merge --arg rand:4:1 --arg 5 --mode check
// RUN: autodiff-run %s --entry nested --arg rand:4:1 --arg 3 --mode check
// CHECK-LABEL: func.func private @rotate.vjp
// CHECK-NOT:     autodiff.cache{{.*}}memref
// CHECK:         %[[LAST:.*]]:6 = scf.for
// CHECK:         scf.for %{{.*}} iter_args(%[[P:.*]] = %[[LAST]]#3, %[[Q:.*]] = %[[LAST]]#4, %[[R:.*]] = %[[LAST]]#5)
// CHECK:           autodiff.take %[[P]][
// CHECK:           autodiff.accumulate %{{.*}}, %[[R]][
// CHECK:           autodiff.accumulate %{{.*}}, %[[Q]][
// CHECK:           scf.yield %[[Q]], %[[R]], %[[P]]
// MERGE-LABEL: func.func private @merge.vjp
// MERGE:         autodiff.cache{{.*}}memref
func.func @rotate(%x: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %a = memref.alloc() : memref<4xf64>
  %b = memref.alloc() : memref<4xf64>
  %c = memref.alloc() : memref<4xf64>
  memref.copy %x, %a : memref<4xf64> to memref<4xf64>
  memref.copy %x, %b : memref<4xf64> to memref<4xf64>
  memref.copy %x, %c : memref<4xf64> to memref<4xf64>
  %last:3 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %a, %v = %b, %w = %c)
      -> (memref<4xf64>, memref<4xf64>, memref<4xf64>) {
    scf.for %i = %c1 to %c3 step %c1 {
      %j = arith.subi %i, %c1 : index
      %ui = memref.load %u[%i] : memref<4xf64>
      %vj = memref.load %v[%j] : memref<4xf64>
      %p = arith.mulf %ui, %vj : f64
      %q = math.sin %p : f64
      memref.store %q, %w[%i] : memref<4xf64>
    }
    scf.yield %w, %u, %v : memref<4xf64>, memref<4xf64>, memref<4xf64>
  }
  %y = memref.load %last#0[%c1] : memref<4xf64>
  %z = memref.load %last#2[%c2] : memref<4xf64>
  %r = arith.mulf %y, %z : f64
  return %r : f64
}
func.func @merge(%x: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %a = memref.alloc() : memref<4xf64>
  %b = memref.alloc() : memref<4xf64>
  memref.copy %x, %a : memref<4xf64> to memref<4xf64>
  memref.copy %x, %b : memref<4xf64> to memref<4xf64>
  %last:2 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %a, %v = %b) -> (memref<4xf64>, memref<4xf64>) {
    %ui = memref.load %u[%c1] : memref<4xf64>
    %vj = memref.load %v[%c2] : memref<4xf64>
    %p = arith.mulf %ui, %vj : f64
    %q = math.sin %p : f64
    memref.store %q, %v[%c1] : memref<4xf64>
    scf.yield %v, %v : memref<4xf64>, memref<4xf64>
  }
  %y = memref.load %last#0[%c1] : memref<4xf64>
  return %y : f64
}
func.func @nested(%x: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %a = memref.alloc() : memref<4xf64>
  %b = memref.alloc() : memref<4xf64>
  memref.copy %x, %a : memref<4xf64> to memref<4xf64>
  memref.copy %x, %b : memref<4xf64> to memref<4xf64>
  %last:2 = scf.for %t = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (memref<4xf64>, memref<4xf64>) {
    %inner:2 = scf.for %k = %c0 to %t step %c1 iter_args(%u = %p, %v = %q) -> (memref<4xf64>, memref<4xf64>) {
      %ui = memref.load %u[%c1] : memref<4xf64>
      %vj = memref.load %v[%c2] : memref<4xf64>
      %m = arith.mulf %ui, %vj : f64
      %s = math.sin %m : f64
      memref.store %s, %v[%c1] : memref<4xf64>
      scf.yield %v, %u : memref<4xf64>, memref<4xf64>
    }
    scf.yield %inner#1, %inner#0 : memref<4xf64>, memref<4xf64>
  }
  %y = memref.load %last#0[%c1] : memref<4xf64>
  %z = memref.load %last#1[%c1] : memref<4xf64>
  %r = arith.addf %y, %z : f64
  return %r : f64
}
