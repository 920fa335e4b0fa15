// A `while` that counts up to a bound becomes a loop over its counter.
// RUN: autodiff-opt %s --autodiff-count-while --canonicalize --cse | FileCheck %s
// RUN: autodiff-run %s --entry up --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry up --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry up --arg 0.7 --arg -3 --mode check
// RUN: autodiff-run %s --entry up --arg 0.7 --arg 5 --mode run | FileCheck %s --check-prefix=FIVE
// RUN: autodiff-run %s --entry up --arg 0.7 --arg -3 --mode run | FileCheck %s --check-prefix=NONE
// RUN: autodiff-run %s --entry steps --arg 0.7 --arg 11 --mode check
// RUN: autodiff-run %s --entry steps --arg 0.7 --arg 3 --mode check
// RUN: autodiff-run %s --entry inclusive --arg 0.7 --mode check

// CHECK-LABEL: func.func @up(
// CHECK-SAME:    %[[X:.*]]: f64, %[[N:.*]]: i64)
// CHECK-NOT:     scf.while
// CHECK:         scf.for %{{.*}} = %c2_i64 to %[[N]] step %c1_i64 iter_args(%{{.*}} = %[[X]]) -> (f64) : i64
// CHECK:         math.sin
// CHECK:         %[[SOME:.*]] = arith.cmpi sgt, %[[N]], %c2_i64
// CHECK:         arith.select %[[SOME]]
// FIVE: result-1 i64 5
// NONE: result-1 i64 2
func.func @up(%x: f64, %n: i64) -> (f64, i64) {
  %c2 = arith.constant 2 : i64
  %c1 = arith.constant 1 : i64
  %r:2 = scf.while (%i = %c2, %p = %x) : (i64, f64) -> (f64, i64) {
    %more = arith.cmpi slt, %i, %n : i64
    scf.condition(%more) %p, %i : f64, i64
  } do {
  ^bb0(%p: f64, %i: i64):
    %s = math.sin %p : f64
    %q = arith.mulf %s, %x : f64
    %next = arith.addi %i, %c1 : i64
    scf.yield %next, %q : i64, f64
  }
  return %r#0, %r#1 : f64, i64
}

// A step other than 1 takes a proof: here, that the counter must not overflow.
// CHECK-LABEL: func.func @steps(
// CHECK:         scf.for %{{.*}} = %c3 to %{{.*}} step %c4
func.func @steps(%x: f64, %n: index) -> f64 {
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %r:2 = scf.while (%i = %c3, %p = %x) : (index, f64) -> (index, f64) {
    %more = arith.cmpi sgt, %n, %i : index
    scf.condition(%more) %i, %p : index, f64
  } do {
  ^bb0(%i: index, %p: f64):
    %k = arith.index_cast %i : index to i64
    %f = arith.sitofp %k : i64 to f64
    %s = math.sin %p : f64
    %q = arith.mulf %s, %f : f64
    %next = arith.addi %i, %c4 overflow<nsw> : index
    scf.yield %next, %q : index, f64
  }
  return %r#1 : f64
}

// Or that the bound is far from the largest number.
// CHECK-LABEL: func.func @inclusive(
// CHECK:         scf.for unsigned %{{.*}} = %c0_i32 to %c11_i32 step %c5_i32
func.func @inclusive(%x: f64) -> f64 {
  %c0 = arith.constant 0 : i32
  %c5 = arith.constant 5 : i32
  %c10 = arith.constant 10 : i32
  %r:2 = scf.while (%i = %c0, %p = %x) : (i32, f64) -> (i32, f64) {
    %more = arith.cmpi ule, %i, %c10 : i32
    scf.condition(%more) %i, %p : i32, f64
  } do {
  ^bb0(%i: i32, %p: f64):
    %s = math.sin %p : f64
    %next = arith.addi %i, %c5 : i32
    scf.yield %next, %s : i32, f64
  }
  return %r#1 : f64
}
