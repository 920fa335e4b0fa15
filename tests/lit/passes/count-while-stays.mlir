// What is not known to end by counting stays a `while`.
// RUN: autodiff-opt %s --autodiff-count-while --canonicalize --cse | FileCheck %s --implicit-check-not=scf.for
// RUN: autodiff-run %s --entry bound_changes --arg 0.7 --arg 9 --mode check
// RUN: autodiff-run %s --entry data_dependent --arg 0.7 --arg 9 --mode check
// RUN: autodiff-run %s --entry may_overflow --arg 0.7 --arg 9 --mode check
// RUN: autodiff-run %s --entry step_changes --arg 0.7 --arg 9 --mode check

// CHECK-LABEL: func.func @bound_changes(
// CHECK:         scf.while
func.func @bound_changes(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:3 = scf.while (%i = %c0, %m = %n, %p = %x) : (index, index, f64) -> (index, index, f64) {
    %more = arith.cmpi slt, %i, %m : index
    scf.condition(%more) %i, %m, %p : index, index, f64
  } do {
  ^bb0(%i: index, %m: index, %p: f64):
    %s = math.sin %p : f64
    %next = arith.addi %i, %c1 : index
    %less = arith.subi %m, %c1 : index
    scf.yield %next, %less, %s : index, index, f64
  }
  return %r#2 : f64
}

// CHECK-LABEL: func.func @data_dependent(
// CHECK:         scf.while
func.func @data_dependent(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %limit = arith.constant 0.5 : f64
  %r:2 = scf.while (%i = %c0, %p = %x) : (index, f64) -> (index, f64) {
    %few = arith.cmpi slt, %i, %n : index
    %large = arith.cmpf ogt, %p, %limit : f64
    %more = arith.andi %few, %large : i1
    scf.condition(%more) %i, %p : index, f64
  } do {
  ^bb0(%i: index, %p: f64):
    %s = math.sin %p : f64
    %next = arith.addi %i, %c1 : index
    scf.yield %next, %s : index, f64
  }
  return %r#1 : f64
}

// With a bound near the end of its type, the counter would jump over it.
// CHECK-LABEL: func.func @may_overflow(
// CHECK:         scf.while
func.func @may_overflow(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %r:2 = scf.while (%i = %c0, %p = %x) : (index, f64) -> (index, f64) {
    %more = arith.cmpi slt, %i, %n : index
    scf.condition(%more) %i, %p : index, f64
  } do {
  ^bb0(%i: index, %p: f64):
    %s = math.sin %p : f64
    %next = arith.addi %i, %c2 : index
    scf.yield %next, %s : index, f64
  }
  return %r#1 : f64
}

// CHECK-LABEL: func.func @step_changes(
// CHECK:         scf.while
func.func @step_changes(%x: f64, %n: index) -> f64 {
  %c1 = arith.constant 1 : index
  %r:2 = scf.while (%i = %c1, %p = %x) : (index, f64) -> (index, f64) {
    %more = arith.cmpi slt, %i, %n : index
    scf.condition(%more) %i, %p : index, f64
  } do {
  ^bb0(%i: index, %p: f64):
    %s = math.sin %p : f64
    %next = arith.addi %i, %i : index
    scf.yield %next, %s : index, f64
  }
  return %r#1 : f64
}
