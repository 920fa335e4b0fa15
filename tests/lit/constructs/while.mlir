// `scf.while` counts its trips on the way forth and runs a counted loop on the way back; its caches grow.
// RUN: autodiff-opt %s --autodiff-wrap=function=newton --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry newton --arg 2.0 --arg 1.0e-12 --mode check
// RUN: autodiff-run %s --entry newton --arg 300.0 --arg 1.0e-12 --mode check
// RUN: autodiff-run %s --entry newton --arg 1.0 --arg 10.0 --mode check
// RUN: autodiff-run %s --entry do_while --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry do_while --arg 0.7 --arg 40 --mode check
// RUN: autodiff-run %s --entry differing --arg 0.9 --arg 4 --mode check
// RUN: autodiff-run %s --entry in_memory --arg rand:3:1 --arg 11 --mode check
func.func @newton(%a: f64, %tolerance: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %r = scf.while (%x = %a) : (f64) -> f64 {
    %xx = arith.mulf %x, %x : f64
    %e = arith.subf %xx, %a : f64
    %m = math.absf %e : f64
    %more = arith.cmpf ogt, %m, %tolerance : f64
    scf.condition(%more) %x : f64
  } do {
  ^bb0(%x: f64):
    %q = arith.divf %a, %x : f64
    %s = arith.addf %x, %q : f64
    %next = arith.mulf %half, %s : f64
    scf.yield %next : f64
  }
  return %r : f64
}
// CHECK-LABEL: func.func private @newton.vjp.active
// CHECK:         %[[STACK:.*]] = autodiff.cache() : <f64>
// CHECK:         scf.while
// CHECK:           autodiff.push %{{.*}}, %[[STACK]][]
// CHECK:         scf.for
// CHECK:           autodiff.pop %[[STACK]][]
// CHECK:         autodiff.free %[[STACK]]

// All of the work stands in the first region, which runs once more than the second.
func.func @do_while(%x: f64, %n: i64) -> f64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r:2 = scf.while (%s = %x, %i = %zero) : (f64, i64) -> (f64, i64) {
    %sx = arith.mulf %s, %x : f64
    %c = math.cos %sx : f64
    %more = arith.cmpi slt, %i, %n : i64
    scf.condition(%more) %c, %i : f64, i64
  } do {
  ^bb0(%s: f64, %i: i64):
    %j = arith.addi %i, %one : i64
    scf.yield %s, %j : f64, i64
  }
  return %r#0 : f64
}
// The two regions carry different values, in another order.
func.func @differing(%x: f64, %n: i64) -> (f64, f64) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r:3 = scf.while (%i = %zero, %s = %x) : (i64, f64) -> (f64, i64, f64) {
    %f = math.sin %s : f64
    %g = arith.mulf %f, %x : f64
    %more = arith.cmpi ult, %i, %n : i64
    scf.condition(%more) %f, %i, %g : f64, i64, f64
  } do {
  ^bb0(%f: f64, %i: i64, %g: f64):
    %sum = arith.addf %f, %g : f64
    %next = arith.addi %i, %one : i64
    scf.yield %next, %sum : i64, f64
  }
  return %r#0, %r#2 : f64, f64
}
func.func @in_memory(%a: memref<3xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %r = scf.while (%i = %c0) : (index) -> index {
    %more = arith.cmpi ne, %i, %n : index
    scf.condition(%more) %i : index
  } do {
  ^bb0(%i: index):
    %j = arith.remui %i, %c3 : index
    %next = arith.addi %i, %c1 : index
    %k = arith.remui %next, %c3 : index
    %x = memref.load %a[%j] : memref<3xf64>
    %y = memref.load %a[%k] : memref<3xf64>
    %xy = arith.mulf %x, %y : f64
    %s = math.sin %xy : f64
    memref.store %s, %a[%k] : memref<3xf64>
    scf.yield %next : index
  }
  return
}
