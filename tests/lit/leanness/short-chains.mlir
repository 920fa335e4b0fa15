// The next iteration of a reverse sweep waits for few ops: partials are multiplied before they meet the adjoint.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry product --arg 0.7 --arg rand:5:1 --arg rand:5:2 --activity active,dup,dup --mode check
// RUN: autodiff-run %s --entry product --arg 0.7 --arg rand:0:1 --arg rand:0:2 --activity active,dup,dup --mode check
// RUN: autodiff-run %s --entry oscillator --arg 1.5 --arg 0.5 --arg 1 --arg 7 --mode check
// RUN: autodiff-run %s --entry gradient --arg 1.5 --arg 0.5 --arg 1 --arg 7 --mode check
// RUN: autodiff-run %s --entry bent --arg 0.8 --arg -0.3 --arg 6 --mode check
func.func @product(%x: f64, %a: memref<?xf64>, %b: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%p = %x) -> f64 {
    %r = memref.load %a[%i] : memref<?xf64>
    %s = memref.load %b[%i] : memref<?xf64>
    %q = arith.mulf %p, %r : f64
    %q.1 = arith.mulf %q, %s : f64
    %q.2 = arith.mulf %q.1, %r : f64
    %q.3 = arith.negf %q.2 : f64
    scf.yield %q.3 : f64
  }
  return %y : f64
}
func.func @product_gradient(%x: f64, %a: memref<?xf64>, %b: memref<?xf64>, %bar: f64) -> f64 {
  %x_bar = autodiff.vjp @product(%x, %a, %b, %bar) args [active, const, const] results [active_noneed]
    : (f64, memref<?xf64>, memref<?xf64>, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @product.vjp
// CHECK:         scf.for %{{.*}} iter_args(%[[BAR:.*]] = %{{.*}}) -> (f64) {
// CHECK-NOT:       %[[BAR]]
// CHECK:           %[[NEXT:.*]] = arith.mulf %[[BAR]], %{{.*}}
// CHECK-NEXT:      scf.yield %[[NEXT]]
func.func private @oscillator(%x0: f64, %y0: f64, %mu: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %dt = arith.constant 0.1 : f64
  %r:3 = scf.for %t = %c0 to %n step %c1 iter_args(%j = %zero, %x = %x0, %y = %y0) -> (f64, f64, f64) {
    %xx = arith.mulf %x, %x : f64
    %j.1 = arith.addf %j, %xx : f64
    %k = arith.subf %one, %xx : f64
    %k.1 = arith.mulf %mu, %k : f64
    %k.2 = arith.mulf %k.1, %y : f64
    %k.3 = arith.subf %k.2, %x : f64
    %dx = arith.mulf %dt, %y : f64
    %dy = arith.mulf %dt, %k.3 : f64
    %x.1 = arith.addf %x, %dx : f64
    %y.1 = arith.addf %y, %dy : f64
    scf.yield %j.1, %x.1, %y.1 : f64, f64, f64
  }
  %s = arith.mulf %r#1, %r#2 : f64
  %s.1 = arith.addf %r#0, %s : f64
  return %s.1 : f64
}
func.func @gradient(%x: f64, %y: f64, %mu: f64, %n: index) -> (f64, f64, f64) {
  %one = arith.constant 1.0 : f64
  %bar:3 = autodiff.vjp @oscillator(%x, %y, %mu, %n, %one) args [active, active, active, const] results [active_noneed]
    : (f64, f64, f64, index, f64) -> (f64, f64, f64)
  return %bar#0, %bar#1, %bar#2 : f64, f64, f64
}
// Adjoints that a branch or a function of a kind that is no product gets are computed as they were.
func.func @bent(%x0: f64, %y0: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %r:2 = scf.for %t = %c0 to %n step %c1 iter_args(%x = %x0, %y = %y0) -> (f64, f64) {
    %p = arith.mulf %x, %y : f64
    %positive = arith.cmpf ogt, %p, %zero : f64
    %q = scf.if %positive -> f64 {
      %s = math.sin %p : f64
      %t.1 = arith.mulf %s, %x : f64
      scf.yield %t.1 : f64
    } else {
      %s = arith.divf %p, %x : f64
      scf.yield %s : f64
    }
    %m = arith.maximumf %p, %q : f64
    %u = arith.mulf %m, %half : f64
    %v = arith.subf %u, %y : f64
    %w = arith.divf %v, %x : f64
    %x.1 = arith.addf %x, %u : f64
    scf.yield %x.1, %w : f64, f64
  }
  %s = arith.addf %r#0, %r#1 : f64
  return %s : f64
}
