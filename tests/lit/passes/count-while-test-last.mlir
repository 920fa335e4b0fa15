// A loop that tests last runs at least once; its body is not repeated.
// RUN: autodiff-opt %s --autodiff-count-while --canonicalize --cse | FileCheck %s
// RUN: autodiff-run %s --entry last --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry last --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry last --arg 0.7 --arg 5 --mode run | FileCheck %s --check-prefix=FIVE
// RUN: autodiff-run %s --entry last --arg 0.7 --arg 0 --mode run | FileCheck %s --check-prefix=ONCE

// CHECK-LABEL: func.func @last(
// CHECK-NOT:     scf.while
// CHECK:         %[[Y:.*]]:2 = scf.for unsigned
// CHECK:           math.sin
// CHECK-NOT:     math.sin
// CHECK:         return %[[Y]]#0, %[[Y]]#1, %{{.*}} : f64, f64, index
// FIVE: result-2 index 5
// ONCE: result-2 index 1
func.func @last(%x: f64, %n: index) -> (f64, f64, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:3 = scf.while (%i = %c0, %p = %x) : (index, f64) -> (index, f64, f64) {
    %q = arith.mulf %p, %x : f64
    %s = math.sin %q : f64
    %next = arith.addi %i, %c1 : index
    %more = arith.cmpi slt, %next, %n : index
    scf.condition(%more) %next, %s, %q : index, f64, f64
  } do {
  ^bb0(%i: index, %p: f64, %q: f64):
    scf.yield %i, %p : index, f64
  }
  return %r#1, %r#2, %r#0 : f64, f64, index
}
