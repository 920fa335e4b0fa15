// Several directions at once through a recursion, in both modes: the tape is shared, its shadows are not.
// RUN: autodiff-opt %s --autodiff-differentiate | autodiff-run - --entry directions --arg rand:3:1 --arg 0.8 --arg 3 --mode run --json | FileCheck %s
// The results are what the directions differ from those taken one by one.
// CHECK: "results":[{"index":0,{{.*}}"values":[0.0],{{.*}}"index":1,{{.*}}"values":[0.0],{{.*}}"index":2,{{.*}}"values":[0.0],
func.func @f(%a: memref<3xf64>, %x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %done = arith.cmpi sle, %n, %c0 : index
  %y = scf.if %done -> f64 {
    scf.yield %x : f64
  } else {
    %m = arith.subi %n, %c1 : index
    %v = memref.load %a[%m] : memref<3xf64>
    %vx = arith.mulf %v, %x : f64
    %s = math.sin %vx : f64
    memref.store %s, %a[%m] : memref<3xf64>
    %p = func.call @f(%a, %s, %m) : (memref<3xf64>, f64, index) -> f64
    %q = arith.mulf %p, %x : f64
    scf.yield %q : f64
  }
  return %y : f64
}
func.func private @copied(%a: memref<3xf64>) -> memref<3xf64> {
  %b = memref.alloc() : memref<3xf64>
  memref.copy %a, %b : memref<3xf64> to memref<3xf64>
  return %b : memref<3xf64>
}
func.func private @distance(%a: memref<3xf64>, %b: memref<3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %a[%i] : memref<3xf64>
    %w = memref.load %b[%i] : memref<3xf64>
    %d = arith.subf %v, %w : f64
    %e = math.absf %d : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  return %r : f64
}
func.func @directions(%a: memref<3xf64>, %x: f64, %n: index) -> (f64, f64, f64) {
  %one = arith.constant 1.0 : f64
  %two = arith.constant -2.5 : f64
  %a1 = call @copied(%a) : (memref<3xf64>) -> memref<3xf64>
  %a2 = call @copied(%a) : (memref<3xf64>) -> memref<3xf64>
  %a3 = call @copied(%a) : (memref<3xf64>) -> memref<3xf64>
  %s1 = autodiff.shadow() : memref<3xf64>
  %s2 = autodiff.shadow() : memref<3xf64>
  %t1 = autodiff.shadow() : memref<3xf64>
  %t2 = autodiff.shadow() : memref<3xf64>
  %both:2 = autodiff.vjp @f(%a1, %s1, %s2, %x, %n, %one, %two) args [dup, active, const] results [active_noneed] width 2
    : (memref<3xf64>, memref<3xf64>, memref<3xf64>, f64, index, f64, f64) -> (f64, f64)
  %first = autodiff.vjp @f(%a2, %t1, %x, %n, %one) args [dup, active, const] results [active_noneed]
    : (memref<3xf64>, memref<3xf64>, f64, index, f64) -> f64
  %second = autodiff.vjp @f(%a3, %t2, %x, %n, %two) args [dup, active, const] results [active_noneed]
    : (memref<3xf64>, memref<3xf64>, f64, index, f64) -> f64
  %d1 = arith.subf %both#0, %first : f64
  %d2 = arith.subf %both#1, %second : f64
  %e1 = math.absf %d1 : f64
  %e2 = math.absf %d2 : f64
  %values = arith.addf %e1, %e2 : f64
  %m1 = call @distance(%s1, %t1) : (memref<3xf64>, memref<3xf64>) -> f64
  %m2 = call @distance(%s2, %t2) : (memref<3xf64>, memref<3xf64>) -> f64
  %buffers = arith.addf %m1, %m2 : f64
  // Tangents: one pair of directions against the same, one by one.
  %b1 = call @copied(%a) : (memref<3xf64>) -> memref<3xf64>
  %b2 = call @copied(%a) : (memref<3xf64>) -> memref<3xf64>
  %b3 = call @copied(%a) : (memref<3xf64>) -> memref<3xf64>
  %u1 = call @copied(%s1) : (memref<3xf64>) -> memref<3xf64>
  %u2 = call @copied(%s2) : (memref<3xf64>) -> memref<3xf64>
  %v1 = call @copied(%s1) : (memref<3xf64>) -> memref<3xf64>
  %v2 = call @copied(%s2) : (memref<3xf64>) -> memref<3xf64>
  %y_dot:2 = autodiff.jvp @f(%b1, %u1, %u2, %x, %one, %two, %n) args [dup, dup, const] results [dup_noneed] width 2
    : (memref<3xf64>, memref<3xf64>, memref<3xf64>, f64, f64, f64, index) -> (f64, f64)
  %y1 = autodiff.jvp @f(%b2, %v1, %x, %one, %n) args [dup, dup, const] results [dup_noneed]
    : (memref<3xf64>, memref<3xf64>, f64, f64, index) -> f64
  %y2 = autodiff.jvp @f(%b3, %v2, %x, %two, %n) args [dup, dup, const] results [dup_noneed]
    : (memref<3xf64>, memref<3xf64>, f64, f64, index) -> f64
  %g1 = arith.subf %y_dot#0, %y1 : f64
  %g2 = arith.subf %y_dot#1, %y2 : f64
  %h1 = math.absf %g1 : f64
  %h2 = math.absf %g2 : f64
  %tangents = arith.addf %h1, %h2 : f64
  return %values, %buffers, %tangents : f64, f64, f64
}
// One direction is right by itself.
// RUN: autodiff-run %s --entry f --arg rand:3:1 --arg 0.8 --arg 3 --mode check
