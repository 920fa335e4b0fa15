// Functions of steps have a derivative of zero; what is left of a remainder keeps its own.
// RUN: autodiff-run %s --entry rounded --arg 0.7 --mode check
// RUN: autodiff-run %s --entry rounded --arg -1.3 --mode check
// RUN: autodiff-run %s --entry rounded --arg 2.4 --mode check
// RUN: autodiff-run %s --entry remf_of --arg 7.3 --arg 2.0 --mode check
// RUN: autodiff-run %s --entry remf_of --arg -7.3 --arg 2.0 --mode check
// RUN: autodiff-run %s --entry remf_of --arg 7.3 --arg -2.0 --mode check
// RUN: autodiff-run %s --entry remf_of --arg 0.3 --arg 2.0 --mode check
// RUN: autodiff-run %s --entry through_integers --arg 2.7 --mode check
// RUN: autodiff-run %s --entry through_integers --arg -2.7 --mode check
// RUN: autodiff-run %s --entry classified --arg 2.7 --mode check
func.func @rounded(%x: f64) -> f64 {
  %a = math.floor %x : f64
  %b = math.ceil %x : f64
  %c = math.round %x : f64
  %d = math.roundeven %x : f64
  %e = math.trunc %x : f64
  %ab = arith.addf %a, %b : f64
  %cd = arith.addf %c, %d : f64
  %abcd = arith.addf %ab, %cd : f64
  %s = arith.addf %abcd, %e : f64
  %y = arith.mulf %s, %x : f64
  return %y : f64
}
func.func @remf_of(%x: f64, %y: f64) -> f64 {
  %z = arith.remf %x, %y : f64
  return %z : f64
}
func.func @through_integers(%x: f64) -> f64 {
  %n = arith.fptosi %x : f64 to i64
  %f = arith.sitofp %n : i64 to f64
  %y = arith.mulf %f, %x : f64
  return %y : f64
}
func.func @classified(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %b = math.isfinite %x : f64
  %y = arith.select %b, %x, %zero : f64
  return %y : f64
}
