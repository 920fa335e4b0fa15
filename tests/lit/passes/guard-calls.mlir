// A select becomes a branch where one of its operands takes a call; what the other side or anything else uses stays.
// RUN: autodiff-opt %s --autodiff-guard-calls | FileCheck %s
// RUN: autodiff-run %s --entry guarded --arg 0.3 --arg 0.5 | FileCheck %s --check-prefix=SMALL
// RUN: autodiff-run %s --entry guarded --arg 2.0 --arg 0.5 | FileCheck %s --check-prefix=LARGE
// RUN: autodiff-run %s --entry guarded --arg 0.3 --arg 0.5 --mode check
// RUN: autodiff-run %s --entry guarded --arg 2.0 --arg 0.5 --mode check
// 0.3 * 0.3 and exp(0.5 * 2).
// SMALL: result-0 f64 0.09
// LARGE: result-0 f64 2.718281828459045
// CHECK-LABEL: func.func @guarded
// CHECK:         %[[IS_SMALL:.*]] = arith.cmpf
// CHECK:         scf.if %[[IS_SMALL]]
// CHECK-NEXT:      arith.mulf
// CHECK-NEXT:      scf.yield
// CHECK:         } else {
// CHECK-NEXT:      arith.mulf
// CHECK-NEXT:      math.exp
// CHECK-NEXT:      scf.yield
func.func @guarded(%x: f64, %s: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %small = arith.cmpf olt, %x, %one : f64
  %square = arith.mulf %x, %x : f64
  %scaled = arith.mulf %x, %s : f64
  %e = math.exp %scaled : f64
  %y = arith.select %small, %square, %e : f64
  return %y : f64
}
// CHECK-LABEL: func.func @used_elsewhere
// CHECK-NOT:     scf.if
func.func @used_elsewhere(%x: f64) -> (f64, f64) {
  %one = arith.constant 1.0 : f64
  %small = arith.cmpf olt, %x, %one : f64
  %e = math.exp %x : f64
  %y = arith.select %small, %x, %e : f64
  return %y, %e : f64, f64
}
// CHECK-LABEL: func.func @cheap
// CHECK-NOT:     scf.if
func.func @cheap(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %small = arith.cmpf olt, %x, %one : f64
  %r = math.sqrt %x : f64
  %y = arith.select %small, %x, %r : f64
  return %y : f64
}
