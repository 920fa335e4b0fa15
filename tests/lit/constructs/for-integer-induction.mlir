// Induction variables of i32 and i64, and the index used as a number.
// RUN: autodiff-run %s --entry narrow --arg 0.7 --arg -3 --arg 8 --arg 2 --mode check
// RUN: autodiff-run %s --entry narrow --arg 0.7 --arg 8 --arg -3 --arg 2 --mode check
// RUN: autodiff-run %s --entry wide --arg 0.7 --arg 1 --arg 12 --arg 5 --mode check
func.func @narrow(%x: f64, %lower: i32, %upper: i32, %step: i32) -> f64 {
  %y = scf.for %i = %lower to %upper step %step iter_args(%s = %x) -> f64 : i32 {
    %n = arith.sitofp %i : i32 to f64
    %product = arith.mulf %s, %n : f64
    %t = math.sin %product : f64
    %next = arith.addf %t, %s : f64
    scf.yield %next : f64
  }
  return %y : f64
}
func.func @wide(%x: f64, %lower: i64, %upper: i64, %step: i64) -> f64 {
  %y = scf.for %i = %lower to %upper step %step iter_args(%s = %x) -> f64 : i64 {
    %n = arith.sitofp %i : i64 to f64
    %quotient = arith.divf %s, %n : f64
    %next = math.cos %quotient : f64
    scf.yield %next : f64
  }
  return %y : f64
}
