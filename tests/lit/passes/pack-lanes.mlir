// Ops that are the same in all directions of a derivative become one on vectors, branches between them included; not
// where too little is the same. The numbers are those of requests in one direction, to the bit.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --autodiff-pack-lanes --cse | FileCheck %s
// RUN: autodiff-run %s --entry difference --arg 1.5 --arg -0.25 --arg 0.75 --json | FileCheck %s --check-prefix=EQUAL
// RUN: autodiff-run %s --entry difference --arg -1.5 --arg 0.5 --arg 1.25 --json | FileCheck %s --check-prefix=EQUAL
// RUN: autodiff-run %s --entry residual --arg 1.5 --arg -0.25 --arg 0.75 --mode check
// RUN: autodiff-run %s --entry residual --arg -1.5 --arg 0.5 --arg 1.25 --mode check
// EQUAL: "values":[0.0]

// CHECK-LABEL: func.func private @residual.vjp.active.active.active.x2(
// CHECK-SAME:    %[[S:[^:]*]]: f64, %[[T:[^:]*]]: f64) -> (f64, f64, f64, f64, f64, f64) {
// CHECK:         %[[BAR:.*]] = vector.from_elements %[[S]], %[[T]] : vector<2xf64>
// CHECK:         %[[PARTIAL:.*]] = vector.broadcast %{{.*}} : f64 to vector<2xf64>
// CHECK:         arith.mulf %[[BAR]], %[[PARTIAL]] : vector<2xf64>
// CHECK-NOT:     arith.divf {{.*}} : f64
// CHECK:         %[[BARS:.*]]:3 = scf.if %{{.*}} -> (vector<2xf64>, vector<2xf64>, vector<2xf64>) {
// CHECK-NOT:       vector.extract
// CHECK:         %[[FIRST:.*]] = vector.extract %[[BARS]]#0[0] : f64 from vector<2xf64>
// CHECK:         %[[SECOND:.*]] = vector.extract %[[BARS]]#0[1] : f64 from vector<2xf64>
// CHECK:         return %[[FIRST]], %[[SECOND]],
func.func private @residual(%x: f64, %y: f64, %z: f64) -> (f64, f64) {
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %p:2 = scf.if %positive -> (f64, f64) {
    %a = arith.mulf %x, %y : f64
    %b = arith.addf %a, %z : f64
    %c = arith.mulf %b, %x : f64
    %d = arith.mulf %b, %c : f64
    scf.yield %c, %d : f64, f64
  } else {
    %a = arith.subf %x, %y : f64
    %b = arith.mulf %a, %z : f64
    %c = arith.mulf %b, %x : f64
    %d = arith.divf %c, %z : f64
    scf.yield %d, %b : f64, f64
  }
  %q = arith.divf %p#0, %z : f64
  %r = arith.mulf %q, %p#1 : f64
  %s = arith.mulf %r, %q : f64
  %t = arith.divf %p#1, %y : f64
  %u = arith.mulf %t, %r : f64
  return %s, %u : f64, f64
}

// CHECK-LABEL: func.func private @small.vjp.active.active.x2(
// CHECK-NOT:     vector
// CHECK:         return
func.func private @small(%x: f64, %y: f64) -> f64 {
  %a = arith.mulf %x, %y : f64
  %b = arith.mulf %a, %y : f64
  return %b : f64
}

func.func @difference(%x: f64, %y: f64, %z: f64) -> f64 {
  %a = arith.constant 0.3 : f64
  %b = arith.constant -0.7 : f64
  %c = arith.constant 1.9 : f64
  %d = arith.constant 0.1 : f64
  %both:6 = autodiff.vjp @residual(%x, %y, %z, %a, %b, %c, %d) args [active, active, active]
      results [active_noneed, active_noneed] width 2
      : (f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64, f64, f64, f64)
  %one:3 = autodiff.vjp @residual(%x, %y, %z, %a, %c) args [active, active, active]
      results [active_noneed, active_noneed] : (f64, f64, f64, f64, f64) -> (f64, f64, f64)
  %two:3 = autodiff.vjp @residual(%x, %y, %z, %b, %d) args [active, active, active]
      results [active_noneed, active_noneed] : (f64, f64, f64, f64, f64) -> (f64, f64, f64)
  %d0 = arith.subf %both#0, %one#0 : f64
  %d1 = arith.subf %both#1, %two#0 : f64
  %d2 = arith.subf %both#2, %one#1 : f64
  %d3 = arith.subf %both#3, %two#1 : f64
  %d4 = arith.subf %both#4, %one#2 : f64
  %d5 = arith.subf %both#5, %two#2 : f64
  %e0 = math.absf %d0 : f64
  %e1 = math.absf %d1 : f64
  %e2 = math.absf %d2 : f64
  %e3 = math.absf %d3 : f64
  %e4 = math.absf %d4 : f64
  %e5 = math.absf %d5 : f64
  %s1 = arith.addf %e0, %e1 : f64
  %s2 = arith.addf %s1, %e2 : f64
  %s3 = arith.addf %s2, %e3 : f64
  %s4 = arith.addf %s3, %e4 : f64
  %s5 = arith.addf %s4, %e5 : f64
  %small:4 = autodiff.vjp @small(%x, %y, %a, %b) args [active, active] results [active_noneed] width 2
      : (f64, f64, f64, f64) -> (f64, f64, f64, f64)
  %third:2 = autodiff.vjp @small(%x, %y, %b) args [active, active] results [active_noneed]
      : (f64, f64, f64) -> (f64, f64)
  %d6 = arith.subf %small#3, %third#1 : f64
  %e6 = math.absf %d6 : f64
  %s6 = arith.addf %s5, %e6 : f64
  return %s6 : f64
}
