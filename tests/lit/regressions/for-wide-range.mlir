// The trip count of a loop over i32 whose range does not fit into i32.
// XFAIL: *
// RUN: autodiff-run %s --entry extreme --arg 0.7 --mode check
func.func @extreme(%x: f64) -> f64 {
  %lower = arith.constant -2147483648 : i32
  %upper = arith.constant 2147483647 : i32
  %step = arith.constant 1431655765 : i32
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
