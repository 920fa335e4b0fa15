// Directions become vectors in a loop of which LLVM makes no vectors itself: one that stores to many rows. Where it may
// make vectors of iterations, what they call is left alone. Both give the numbers of requests in one direction.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower=sequential=true --autodiff-limit-scatters \
// RUN:   --autodiff-pack-lanes | FileCheck %s
// RUN: autodiff-run %s --entry difference --arg rand:7:1 --arg rand:7:2 --json | FileCheck %s --check-prefix=EQUAL
// EQUAL: "values":[0.0]

// CHECK-LABEL: func.func private @far.vjp.active.active.x2(
// CHECK:         arith.divf %{{.*}} : vector<2xf64>
// CHECK:         return
func.func private @far(%x: f64, %y: f64) -> f64 {
  %a = arith.mulf %x, %y : f64
  %b = arith.divf %a, %y : f64
  %c = arith.divf %x, %b : f64
  %d = arith.mulf %c, %a : f64
  %e = arith.divf %d, %x : f64
  return %e : f64
}

// CHECK-LABEL: func.func private @near.vjp.active.active.x2(
// CHECK-NOT:     vector
// CHECK:         return
func.func private @near(%x: f64, %y: f64) -> f64 {
  %a = arith.mulf %x, %y : f64
  %b = arith.divf %a, %y : f64
  %c = arith.divf %x, %b : f64
  %d = arith.mulf %c, %a : f64
  %e = arith.divf %d, %x : f64
  return %e : f64
}

func.func @rows(%x: memref<?xf64>, %y: memref<?xf64>, %j: memref<?x2x8xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = arith.constant 0.3 : f64
  %t = arith.constant -0.7 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %p = memref.load %x[%i] : memref<?xf64>
    %q = memref.load %y[%i] : memref<?xf64>
    %bar:4 = autodiff.vjp @far(%p, %q, %s, %t) args [active, active] results [active_noneed] width 2
        : (f64, f64, f64, f64) -> (f64, f64, f64, f64)
    memref.store %bar#0, %j[%i, %c0, %c0] : memref<?x2x8xf64>
    memref.store %bar#1, %j[%i, %c1, %c0] : memref<?x2x8xf64>
    memref.store %bar#2, %j[%i, %c0, %c1] : memref<?x2x8xf64>
    memref.store %bar#3, %j[%i, %c1, %c1] : memref<?x2x8xf64>
  }
  return
}

// Calls of calls count, too.
func.func private @pair(%p: f64, %q: f64) -> (f64, f64) {
  %s = arith.constant 0.3 : f64
  %t = arith.constant -0.7 : f64
  %bar:4 = autodiff.vjp @near(%p, %q, %s, %t) args [active, active] results [active_noneed] width 2
      : (f64, f64, f64, f64) -> (f64, f64, f64, f64)
  %a = arith.addf %bar#0, %bar#2 : f64
  %b = arith.addf %bar#1, %bar#3 : f64
  return %a, %b : f64, f64
}

func.func @neighbours(%x: memref<?xf64>, %y: memref<?xf64>, %a: memref<?xf64>, %b: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %p = memref.load %x[%i] : memref<?xf64>
    %q = memref.load %y[%i] : memref<?xf64>
    %r:2 = func.call @pair(%p, %q) : (f64, f64) -> (f64, f64)
    memref.store %r#0, %a[%i] : memref<?xf64>
    memref.store %r#1, %b[%i] : memref<?xf64>
  }
  return
}

func.func @difference(%x: memref<7xf64>, %y: memref<7xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f64
  %s = arith.constant 0.3 : f64
  %t = arith.constant -0.7 : f64
  %xs = memref.cast %x : memref<7xf64> to memref<?xf64>
  %ys = memref.cast %y : memref<7xf64> to memref<?xf64>
  %j = memref.alloc(%c7) : memref<?x2x8xf64>
  %a = memref.alloc(%c7) : memref<?xf64>
  %b = memref.alloc(%c7) : memref<?xf64>
  call @rows(%xs, %ys, %j) : (memref<?xf64>, memref<?xf64>, memref<?x2x8xf64>) -> ()
  call @neighbours(%xs, %ys, %a, %b) : (memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>) -> ()
  %total = scf.for %i = %c0 to %c7 step %c1 iter_args(%sum = %zero) -> f64 {
    %p = memref.load %x[%i] : memref<7xf64>
    %q = memref.load %y[%i] : memref<7xf64>
    %one:2 = autodiff.vjp @far(%p, %q, %s) args [active, active] results [active_noneed]
        : (f64, f64, f64) -> (f64, f64)
    %two:2 = autodiff.vjp @far(%p, %q, %t) args [active, active] results [active_noneed]
        : (f64, f64, f64) -> (f64, f64)
    %j0 = memref.load %j[%i, %c0, %c0] : memref<?x2x8xf64>
    %j1 = memref.load %j[%i, %c1, %c0] : memref<?x2x8xf64>
    %j2 = memref.load %j[%i, %c0, %c1] : memref<?x2x8xf64>
    %j3 = memref.load %j[%i, %c1, %c1] : memref<?x2x8xf64>
    %k0 = memref.load %a[%i] : memref<?xf64>
    %k1 = memref.load %b[%i] : memref<?xf64>
    %both0 = arith.addf %one#0, %one#1 : f64
    %both1 = arith.addf %two#0, %two#1 : f64
    %d0 = arith.subf %j0, %one#0 : f64
    %d1 = arith.subf %j1, %two#0 : f64
    %d2 = arith.subf %j2, %one#1 : f64
    %d3 = arith.subf %j3, %two#1 : f64
    %d4 = arith.subf %k0, %both0 : f64
    %d5 = arith.subf %k1, %both1 : f64
    %e0 = math.absf %d0 : f64
    %e1 = math.absf %d1 : f64
    %e2 = math.absf %d2 : f64
    %e3 = math.absf %d3 : f64
    %e4 = math.absf %d4 : f64
    %e5 = math.absf %d5 : f64
    %f0 = arith.addf %sum, %e0 : f64
    %f1 = arith.addf %f0, %e1 : f64
    %f2 = arith.addf %f1, %e2 : f64
    %f3 = arith.addf %f2, %e3 : f64
    %f4 = arith.addf %f3, %e4 : f64
    %f5 = arith.addf %f4, %e5 : f64
    scf.yield %f5 : f64
  }
  memref.dealloc %j : memref<?x2x8xf64>
  memref.dealloc %a : memref<?xf64>
  memref.dealloc %b : memref<?xf64>
  return %total : f64
}
