// Whiles that depend on data in each other: caches grow.
// RUN: autodiff-run %s --entry nested --arg 0.3 --arg 0.9 --mode check
func.func @nested(%x: f64, %limit: f64) -> f64 {
  %four = arith.constant 4.0 : f64
  %r = scf.while (%p = %x) : (f64) -> f64 {
    %more = arith.cmpf olt, %p, %four : f64
    scf.condition(%more) %p : f64
  } do {
  ^bb0(%p: f64):
    %q = scf.while (%s = %x) : (f64) -> f64 {
      %sq = arith.mulf %s, %s : f64
      %inner = arith.cmpf olt, %sq, %limit : f64
      scf.condition(%inner) %s : f64
    } do {
    ^bb0(%s: f64):
      %e = math.exp %s : f64
      %t = arith.mulf %e, %s : f64
      scf.yield %t : f64
    }
    %u = arith.mulf %q, %p : f64
    %v = arith.addf %u, %q : f64
    scf.yield %v : f64
  }
  return %r : f64
}
