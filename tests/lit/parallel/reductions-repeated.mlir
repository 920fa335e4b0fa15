// A sum, a product of twenty factors near one and a maximum on two threads: each run gives the derivative.
// RUN: autodiff-run %s --entry reductions --arg rand:20:1 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry reductions --arg rand:20:2 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry reductions --arg rand:20:3 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry reductions --arg rand:20:4 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry reductions --arg rand:20:5 --arg 0.4 --mode check --threads 2
func.func @reductions(%a: memref<20xf64>, %s: f64) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c20 = arith.constant 20 : index
  %tenth = arith.constant 0.1 : f64
  %one = arith.constant 1.0 : f64
  %r:3 = scf.parallel (%i) = (%c0) to (%c20) step (%c1) init (%s, %s, %s) -> (f64, f64, f64) {
    %x = memref.load %a[%i] : memref<20xf64>
    %small = arith.mulf %x, %tenth : f64
    %near = arith.addf %small, %one : f64
    %y = arith.mulf %x, %near : f64
    scf.reduce(%y, %near, %y : f64, f64, f64) {
    ^bb0(%l: f64, %q: f64):
      %t = arith.addf %l, %q : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %t = arith.mulf %l, %q : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %t = arith.maximumf %l, %q : f64
      scf.reduce.return %t : f64
    }
  }
  return %r#0, %r#1, %r#2 : f64, f64, f64
}
