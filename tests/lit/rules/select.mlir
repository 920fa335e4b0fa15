// A select passes the cotangent to the operand that it took.
// RUN: autodiff-run %s --entry chosen --arg 1 --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry chosen --arg 0 --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry compared --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry compared --arg 0.3 --arg 0.7 --mode check
func.func @chosen(%c: i1, %x: f64, %y: f64) -> f64 {
  %xx = arith.mulf %x, %x : f64
  %z = arith.select %c, %xx, %y : f64
  return %z : f64
}
func.func @compared(%x: f64, %y: f64) -> f64 {
  %c = arith.cmpf ogt, %x, %y : f64
  %z = arith.select %c, %x, %y : f64
  %r = arith.mulf %z, %x : f64
  return %r : f64
}
