// `scf.for unsigned` reads its bounds without a sign: -1 is the largest number.
// RUN: autodiff-run %s --entry f --arg 0.9 --arg 2 --arg 9 --arg 3 --mode check
// RUN: autodiff-run %s --entry f --arg 0.9 --arg 9 --arg 2 --arg 3 --mode check
// RUN: autodiff-run %s --entry f --arg 0.9 --arg -8 --arg -2 --arg 2 --mode check
// RUN: autodiff-run %s --entry f --arg 0.9 --arg 2147483645 --arg -2147483642 --arg 4 --mode check
// RUN: autodiff-run %s --entry trips --arg 1.0 --arg -8 --arg -2 --arg 2 --mode vjp --json | FileCheck %s
func.func @f(%x: f64, %lower: i32, %upper: i32, %step: i32) -> f64 {
  %one = arith.constant 1.25 : f64
  %y = scf.for unsigned %i = %lower to %upper step %step iter_args(%s = %one) -> f64 : i32 {
    %product = arith.mulf %s, %x : f64
    %next = math.sin %product : f64
    scf.yield %next : f64
  }
  return %y : f64
}
// Three trips: x^3 at 1 has the derivative 3.
// CHECK: "gradients":[{"index":0,{{.*}}"values":[3.0]
func.func @trips(%x: f64, %lower: i32, %upper: i32, %step: i32) -> f64 {
  %one = arith.constant 1.0 : f64
  %y = scf.for unsigned %i = %lower to %upper step %step iter_args(%s = %one) -> f64 : i32 {
    %next = arith.mulf %s, %x : f64
    scf.yield %next : f64
  }
  return %y : f64
}
