// A request with a width computes several directions at once: the same as as many requests of one direction. The
// primal, its side effects and its caches are there once.
// RUN: autodiff-run %s --entry forward --arg 0.7 --arg rand:4:1 --arg 50.0 --json | FileCheck %s
// RUN: autodiff-run %s --entry reverse --arg 0.7 --arg rand:4:1 --arg 50.0 --json | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s --check-prefix=IR
// CHECK: "values":[0.0]

// IR-LABEL: func.func private @f.jvp.dup.dup.const.x2
// IR-LABEL: func.func private @f.vjp.active.dup.const.x2
// IR:         scf.while
// IR-NOT:     scf.while
// IR-LABEL: func.func private @distance
func.func private @f(%x: f64, %m: memref<4xf64>, %limit: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.1 : f64
  %y = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %x) -> f64 {
    %v = memref.load %m[%i] : memref<4xf64>
    %b = arith.mulf %a, %v : f64
    %c = math.sin %b : f64
    memref.store %c, %m[%i] : memref<4xf64>
    %large = arith.cmpf ogt, %c, %x : f64
    %d = scf.if %large -> f64 {
      %e = arith.mulf %c, %x : f64
      scf.yield %e : f64
    } else {
      scf.yield %c : f64
    }
    %s = arith.addf %d, %x : f64
    scf.yield %s : f64
  }
  %z = scf.while (%a = %y) : (f64) -> f64 {
    %k = arith.mulf %a, %a : f64
    %more = arith.cmpf olt, %k, %limit : f64
    scf.condition(%more) %k : f64
  } do {
  ^bb0(%k: f64):
    %s = math.cos %k : f64
    %u = arith.addf %s, %k : f64
    %t = arith.addf %u, %one : f64
    scf.yield %t : f64
  }
  return %z : f64
}

// The largest difference between two buffers and two numbers, doubled and added up.
func.func private @distance(%a: memref<4xf64>, %b: memref<4xf64>, %s: f64, %t: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %d = arith.subf %s, %t : f64
  %start = math.absf %d : f64
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc = %start) -> f64 {
    %p = memref.load %a[%i] : memref<4xf64>
    %q = memref.load %b[%i] : memref<4xf64>
    %r = arith.subf %p, %q : f64
    %e = math.absf %r : f64
    %next = arith.addf %acc, %e : f64
    scf.yield %next : f64
  }
  return %sum : f64
}

func.func private @filled(%value: f64) -> memref<4xf64> {
  %m = memref.alloc() : memref<4xf64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %n = arith.index_cast %i : index to i64
    %k = arith.sitofp %n : i64 to f64
    %v = arith.addf %k, %value : f64
    memref.store %v, %m[%i] : memref<4xf64>
  }
  return %m : memref<4xf64>
}

func.func private @copied(%from: memref<4xf64>) -> memref<4xf64> {
  %m = memref.alloc() : memref<4xf64>
  memref.copy %from, %m : memref<4xf64> to memref<4xf64>
  return %m : memref<4xf64>
}

func.func @reverse(%x: f64, %m: memref<4xf64>, %limit: f64) -> f64 {
  %p = arith.constant 0.3 : f64
  %q = arith.constant -0.8 : f64
  %m0 = call @copied(%m) : (memref<4xf64>) -> memref<4xf64>
  %m1 = call @copied(%m) : (memref<4xf64>) -> memref<4xf64>
  %m2 = call @copied(%m) : (memref<4xf64>) -> memref<4xf64>
  %s0 = call @filled(%p) : (f64) -> memref<4xf64>
  %s1 = call @filled(%p) : (f64) -> memref<4xf64>
  %t0 = call @filled(%q) : (f64) -> memref<4xf64>
  %t2 = call @filled(%q) : (f64) -> memref<4xf64>
  %both:2 = autodiff.vjp @f(%x, %m0, %s0, %t0, %limit, %p, %q) args [active, dup, const] results [active_noneed] width 2
      : (f64, memref<4xf64>, memref<4xf64>, memref<4xf64>, f64, f64, f64) -> (f64, f64)
  %one = autodiff.vjp @f(%x, %m1, %s1, %limit, %p) args [active, dup, const] results [active_noneed]
      : (f64, memref<4xf64>, memref<4xf64>, f64, f64) -> f64
  %two = autodiff.vjp @f(%x, %m2, %t2, %limit, %q) args [active, dup, const] results [active_noneed]
      : (f64, memref<4xf64>, memref<4xf64>, f64, f64) -> f64
  %d1 = call @distance(%s0, %s1, %both#0, %one) : (memref<4xf64>, memref<4xf64>, f64, f64) -> f64
  %d2 = call @distance(%t0, %t2, %both#1, %two) : (memref<4xf64>, memref<4xf64>, f64, f64) -> f64
  %d = arith.addf %d1, %d2 : f64
  return %d : f64
}

func.func @forward(%x: f64, %m: memref<4xf64>, %limit: f64) -> f64 {
  %p = arith.constant 0.3 : f64
  %q = arith.constant -0.8 : f64
  %m0 = call @copied(%m) : (memref<4xf64>) -> memref<4xf64>
  %m1 = call @copied(%m) : (memref<4xf64>) -> memref<4xf64>
  %m2 = call @copied(%m) : (memref<4xf64>) -> memref<4xf64>
  %s0 = call @filled(%p) : (f64) -> memref<4xf64>
  %s1 = call @filled(%p) : (f64) -> memref<4xf64>
  %t0 = call @filled(%q) : (f64) -> memref<4xf64>
  %t2 = call @filled(%q) : (f64) -> memref<4xf64>
  %both:2 = autodiff.jvp @f(%x, %p, %q, %m0, %s0, %t0, %limit) args [dup, dup, const] results [dup_noneed] width 2
      : (f64, f64, f64, memref<4xf64>, memref<4xf64>, memref<4xf64>, f64) -> (f64, f64)
  %one = autodiff.jvp @f(%x, %p, %m1, %s1, %limit) args [dup, dup, const] results [dup_noneed]
      : (f64, f64, memref<4xf64>, memref<4xf64>, f64) -> f64
  %two = autodiff.jvp @f(%x, %q, %m2, %t2, %limit) args [dup, dup, const] results [dup_noneed]
      : (f64, f64, memref<4xf64>, memref<4xf64>, f64) -> f64
  %d1 = call @distance(%s0, %s1, %both#0, %one) : (memref<4xf64>, memref<4xf64>, f64, f64) -> f64
  %d2 = call @distance(%t0, %t2, %both#1, %two) : (memref<4xf64>, memref<4xf64>, f64, f64) -> f64
  %d = arith.addf %d1, %d2 : f64
  return %d : f64
}
