// A loop whose iterations wait for each other carries directions as vectors. One that only adds up is left to LLVM,
// which makes vectors of its iterations. Both give the numbers of requests in one direction, but for rounding: products
// and sums of the reverse sweep may be grouped in another way.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower=sequential=true --autodiff-pack-lanes | FileCheck %s
// RUN: autodiff-run %s --entry steps --arg 1.5 --arg 0.75 --arg 5 --mode check
// RUN: autodiff-run %s --entry total --arg rand:6:1 --arg 0.75 --mode check
// RUN: autodiff-run %s --entry same --arg rand:6:1 --arg 1.5 --arg 0.75 --arg 5 | FileCheck %s --check-prefix=SAME
// RUN: autodiff-run %s --entry same --arg rand:6:2 --arg 1.5 --arg 0.75 --arg 0 | FileCheck %s --check-prefix=SAME
// SAME: result-0 {{.*}} 1{{$}}
// SAME: result-1 {{.*}} 1{{$}}

// CHECK-LABEL: func.func private @steps.vjp.active.active.const.x2(
// CHECK:         scf.for %{{.*}} -> (vector<2xf64>, vector<2xf64>) {
// CHECK-NOT:       vector.extract
// CHECK:           scf.yield {{.*}} : vector<2xf64>, vector<2xf64>
// CHECK-LABEL: func.func private @steps.jvp.dup.dup.const.x2.to.
// CHECK:         scf.for %{{.*}} -> (f64, vector<2xf64>, f64, vector<2xf64>) {
// CHECK:           arith.mulf %{{.*}} : vector<2xf64>
// CHECK-NOT:       vector.extract
// CHECK:           scf.yield {{.*}} : f64, vector<2xf64>, f64, vector<2xf64>
// CHECK-LABEL: func.func private @total.jvp.const.dup.x2.to.
// CHECK:         scf.for
// CHECK-NOT:     vector
// CHECK:         scf.yield
func.func private @steps(%x: f64, %y: f64, %n: index) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %h = arith.constant 0.125 : f64
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%u = %x, %v = %y) -> (f64, f64) {
    %uv = arith.mulf %u, %v : f64
    %d = arith.subf %u, %uv : f64
    %e = arith.subf %uv, %v : f64
    %p = arith.mulf %h, %d : f64
    %q = arith.mulf %h, %e : f64
    %s = arith.addf %u, %p : f64
    %t = arith.addf %v, %q : f64
    scf.yield %s, %t : f64, f64
  }
  return %r#0, %r#1 : f64, f64
}

func.func private @total(%x: memref<6xf64>, %y: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %c6 step %c1 iter_args(%s = %zero) -> f64 {
    %a = memref.load %x[%i] : memref<6xf64>
    %b = arith.mulf %a, %y : f64
    %c = arith.mulf %b, %b : f64
    %d = arith.mulf %c, %b : f64
    %t = arith.addf %s, %d : f64
    scf.yield %t : f64
  }
  return %r : f64
}

func.func private @near(%a: f64, %b: f64) -> i1 {
  %bound = arith.constant 1.0e-14 : f64
  %d = arith.subf %a, %b : f64
  %e = math.absf %d : f64
  %near = arith.cmpf olt, %e, %bound : f64
  return %near : i1
}

func.func @same(%x: memref<6xf64>, %p: f64, %q: f64, %n: index) -> (i1, i1) {
  %a = arith.constant 0.3 : f64
  %b = arith.constant -0.7 : f64
  %c = arith.constant 1.9 : f64
  %d = arith.constant 0.1 : f64
  %f:4 = autodiff.jvp @steps(%p, %a, %b, %q, %c, %d, %n) args [dup, dup, const] results [dup_noneed, dup_noneed] width 2
      : (f64, f64, f64, f64, f64, f64, index) -> (f64, f64, f64, f64)
  %g:2 = autodiff.jvp @steps(%p, %b, %q, %d, %n) args [dup, dup, const] results [dup_noneed, dup_noneed]
      : (f64, f64, f64, f64, index) -> (f64, f64)
  %r:4 = autodiff.vjp @steps(%p, %q, %n, %a, %b, %c, %d) args [active, active, const]
      results [active_noneed, active_noneed] width 2 : (f64, f64, index, f64, f64, f64, f64) -> (f64, f64, f64, f64)
  %s:2 = autodiff.vjp @steps(%p, %q, %n, %b, %d) args [active, active, const]
      results [active_noneed, active_noneed] : (f64, f64, index, f64, f64) -> (f64, f64)
  %t:2 = autodiff.jvp @total(%x, %q, %a, %b) args [const, dup] results [dup_noneed] width 2
      : (memref<6xf64>, f64, f64, f64) -> (f64, f64)
  %u = autodiff.jvp @total(%x, %q, %b) args [const, dup] results [dup_noneed] : (memref<6xf64>, f64, f64) -> f64
  %n0 = call @near(%f#1, %g#0) : (f64, f64) -> i1
  %n1 = call @near(%f#3, %g#1) : (f64, f64) -> i1
  %n2 = call @near(%r#1, %s#0) : (f64, f64) -> i1
  %n3 = call @near(%r#3, %s#1) : (f64, f64) -> i1
  %n4 = call @near(%t#1, %u) : (f64, f64) -> i1
  %m0 = arith.andi %n0, %n1 : i1
  %m1 = arith.andi %n2, %n3 : i1
  %m2 = arith.andi %m0, %m1 : i1
  return %m2, %n4 : i1, i1
}
