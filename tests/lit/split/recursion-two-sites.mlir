// Recursion from two places, as in a tree: each call has a tape of its own.
// RUN: autodiff-run %s --entry tree --arg 0.7 --arg 6 --mode check
// RUN: autodiff-run %s --entry tree --arg 0.7 --arg 0 --mode check
func.func @tree(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %done = arith.cmpi sle, %n, %c0 : index
  %r = scf.if %done -> f64 {
    %s = math.sin %x : f64
    scf.yield %s : f64
  } else {
    %m = arith.subi %n, %c1 : index
    %k = arith.subi %n, %c2 : index
    %p = func.call @tree(%x, %m) : (f64, index) -> f64
    %h = arith.constant 0.7 : f64
    %y = arith.mulf %x, %h : f64
    %q = func.call @tree(%y, %k) : (f64, index) -> f64
    %pq = arith.mulf %p, %q : f64
    %z = arith.addf %pq, %x : f64
    scf.yield %z : f64
  }
  return %r : f64
}
