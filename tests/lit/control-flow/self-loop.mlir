// A block that branches to itself runs at least once.
// RUN: autodiff-run %s --entry self --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry self --arg 0.7 --arg 0 --mode check
func.func @self(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  cf.br ^body(%c0, %x : index, f64)
^body(%i: index, %p: f64):
  %q = arith.mulf %p, %x : f64
  %s = math.sin %q : f64
  %next = arith.addi %i, %c1 : index
  %more = arith.cmpi slt, %next, %n : index
  cf.cond_br %more, ^body(%next, %s : index, f64), ^exit
^exit:
  return %s : f64
}
