// What only one side of a branch uses moves there before differentiation, as deep as it can, and its reverse stays with
// it. Nothing moves into a loop, and nothing that both sides use, or somebody behind the branch.
// RUN: autodiff-opt %s --autodiff-sink-into-branches | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s --check-prefix=VJP
// RUN: autodiff-run %s --entry choose --arg 0.5 --arg 1.5 --mode check
// RUN: autodiff-run %s --entry choose --arg 0.5 --arg -1.5 --mode check
// RUN: autodiff-run %s --entry choose --arg -2.5 --arg 0.25 --mode check

// CHECK-LABEL: func.func @choose
// CHECK-NOT:     math
// CHECK:         math.cos
// CHECK-NOT:     math
// CHECK:         scf.if
// CHECK-NEXT:      math.tanh
// CHECK-NEXT:      arith.cmpf
// CHECK-NEXT:      scf.if
// CHECK-NEXT:        math.exp
// CHECK-NEXT:        arith.mulf
// CHECK-NEXT:        arith.addf
// CHECK-NEXT:        scf.yield
// CHECK-NEXT:      } else {
// CHECK-NEXT:        math.atan
// CHECK:         } else {
// CHECK-NEXT:      math.sin
// CHECK-NEXT:      scf.for
// VJP-LABEL:   func.func private @choose.vjp.active.active(
// VJP-NOT:       math.exp
// VJP:           scf.if
// VJP:             scf.if
// VJP:               math.exp
func.func @choose(%x: f64, %y: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %exp = math.exp %x : f64
  %times = arith.mulf %exp, %y : f64
  %sin = math.sin %y : f64
  %cos = math.cos %y : f64
  %tanh = math.tanh %x : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %r = scf.if %positive -> f64 {
    %large = arith.cmpf ogt, %y, %zero : f64
    %s = scf.if %large -> f64 {
      %u = arith.addf %times, %tanh : f64
      scf.yield %u : f64
    } else {
      %atan = math.atan %y : f64
      %u = arith.mulf %atan, %tanh : f64
      scf.yield %u : f64
    }
    scf.yield %s : f64
  } else {
    %s = scf.for %i = %c0 to %c3 step %c1 iter_args(%t = %x) -> f64 {
      %u = arith.mulf %t, %sin : f64
      scf.yield %u : f64
    }
    %v = arith.addf %s, %cos : f64
    scf.yield %v : f64
  }
  %w = arith.mulf %r, %cos : f64
  return %w : f64
}

func.func @request(%x: f64, %y: f64, %bar: f64) -> (f64, f64) {
  %bars:2 = autodiff.vjp @choose(%x, %y, %bar) args [active, active] results [active_noneed]
      : (f64, f64, f64) -> (f64, f64)
  return %bars#0, %bars#1 : f64, f64
}
