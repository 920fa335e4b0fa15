// Loops of `cf` in each other, the inner one triangular, with an early return.
// RUN: autodiff-run %s --entry nest --arg 0.7 --arg 4 --arg 100.0 --mode check
// RUN: autodiff-run %s --entry nest --arg 1.2 --arg 6 --arg 0.5 --mode check
// RUN: autodiff-run %s --entry nest --arg 0.7 --arg 0 --arg 100.0 --mode check
func.func @nest(%x: f64, %n: index, %limit: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  cf.br ^outer(%c0, %x : index, f64)
^outer(%i: index, %p: f64):
  %more = arith.cmpi slt, %i, %n : index
  cf.cond_br %more, ^inner(%c0, %p : index, f64), ^exit(%p : f64)
^inner(%j: index, %q: f64):
  %deeper = arith.cmpi slt, %j, %i : index
  cf.cond_br %deeper, ^body, ^latch
^body:
  %s = math.sin %q : f64
  %t = arith.addf %s, %x : f64
  %next_j = arith.addi %j, %c1 : index
  %large = arith.cmpf ogt, %t, %limit : f64
  cf.cond_br %large, ^early, ^inner(%next_j, %t : index, f64)
^latch:
  %u = arith.mulf %q, %x : f64
  %next_i = arith.addi %i, %c1 : index
  cf.br ^outer(%next_i, %u : index, f64)
^early:
  %e = math.exp %t : f64
  cf.br ^exit(%e : f64)
^exit(%y: f64):
  return %y : f64
}
