// The trip count of a loop over i32 whose range does not fit into i32. The bounds are arguments, because upstream
// canonicalisation takes such a loop with constant bounds for an empty one.
// RUN: autodiff-run %s --entry extreme --arg 0.7 --arg -2147483648 --arg 2147483647 --arg 1431655765 --mode check
func.func @extreme(%x: f64, %lower: i32, %upper: i32, %step: i32) -> f64 {
  %scale = arith.constant 1.0e-9 : f64
  %y = scf.for %i = %lower to %upper step %step iter_args(%s = %x) -> f64 : i32 {
    %n = arith.sitofp %i : i32 to f64
    %small = arith.mulf %n, %scale : f64
    %product = arith.mulf %s, %small : f64
    %next = math.sin %product : f64
    scf.yield %next : f64
  }
  return %y : f64
}
