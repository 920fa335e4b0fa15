// A loop that is entered in two places.
// RUN: autodiff-run %s --entry irreducible --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry irreducible --arg -0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry irreducible --arg -0.7 --arg 0 --mode check
func.func @irreducible(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  cf.cond_br %positive, ^a(%c0, %x : index, f64), ^b(%c0, %x : index, f64)
^a(%i: index, %p: f64):
  %s = math.sin %p : f64
  %u = arith.mulf %s, %x : f64
  cf.br ^b(%i, %u : index, f64)
^b(%j: index, %q: f64):
  %e = math.exp %q : f64
  %v = arith.mulf %e, %x : f64
  %next = arith.addi %j, %c1 : index
  %more = arith.cmpi slt, %next, %n : index
  cf.cond_br %more, ^a(%next, %v : index, f64), ^exit
^exit:
  return %v : f64
}
