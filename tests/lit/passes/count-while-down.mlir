// Counting down, and up to a number that is hit exactly: loops over the number of the iteration.
// RUN: autodiff-opt %s --autodiff-count-while --canonicalize --cse | FileCheck %s
// RUN: autodiff-run %s --entry down --arg rand:5:1 --arg 5 --mode check
// RUN: autodiff-run %s --entry down --arg rand:5:1 --arg 0 --mode check
// RUN: autodiff-run %s --entry not_equal --arg 0.7 --arg 3 --arg 7 --mode check
// RUN: autodiff-run %s --entry not_equal --arg 0.7 --arg 7 --arg 7 --mode check
// RUN: autodiff-run %s --entry wraps --mode run | FileCheck %s --check-prefix=WRAPS

// CHECK-LABEL: func.func @down(
// CHECK-NOT:     scf.while
// CHECK:         scf.for
// CHECK:           arith.subi
// CHECK:           memref.load
func.func @down(%a: memref<5xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %last = arith.subi %n, %c1 : index
  %r:2 = scf.while (%i = %last, %p = %one) : (index, f64) -> (index, f64) {
    %more = arith.cmpi sge, %i, %c0 : index
    scf.condition(%more) %i, %p : index, f64
  } do {
  ^bb0(%i: index, %p: f64):
    %x = memref.load %a[%i] : memref<5xf64>
    %s = math.sin %p : f64
    %q = arith.mulf %s, %x : f64
    %next = arith.subi %i, %c1 : index
    scf.yield %next, %q : index, f64
  }
  return %r#1 : f64
}

// CHECK-LABEL: func.func @not_equal(
// CHECK:         %[[TRIPS:.*]] = arith.subi %{{.*}}, %{{.*}} : index
// CHECK:         scf.for unsigned %{{.*}} = %c0 to %[[TRIPS]] step %c1
func.func @not_equal(%x: f64, %from: index, %to: index) -> f64 {
  %c1 = arith.constant 1 : index
  %r:2 = scf.while (%i = %from, %p = %x) : (index, f64) -> (index, f64) {
    %more = arith.cmpi ne, %i, %to : index
    scf.condition(%more) %i, %p : index, f64
  } do {
  ^bb0(%i: index, %p: f64):
    %s = math.sin %p : f64
    %next = arith.addi %i, %c1 : index
    scf.yield %next, %s : index, f64
  }
  return %r#1 : f64
}

// From 100 up to -100 takes 56 iterations of 8 bits.
// CHECK-LABEL: func.func @wraps(
// CHECK:         scf.for %{{.*}} = %c0 to %c56
// WRAPS: result-0 i8 -100
// WRAPS: result-1 i32 56
func.func @wraps() -> (i8, i32) {
  %from = arith.constant 100 : i8
  %to = arith.constant -100 : i8
  %step = arith.constant 1 : i8
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %r:2 = scf.while (%i = %from, %n = %c0) : (i8, i32) -> (i8, i32) {
    %more = arith.cmpi ne, %i, %to : i8
    scf.condition(%more) %i, %n : i8, i32
  } do {
  ^bb0(%i: i8, %n: i32):
    %m = arith.addi %n, %c1 : i32
    %next = arith.addi %i, %step : i8
    scf.yield %next, %m : i8, i32
  }
  return %r#0, %r#1 : i8, i32
}
