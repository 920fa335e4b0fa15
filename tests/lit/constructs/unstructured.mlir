// Functions of several blocks are lifted to structured control flow first.
// RUN: autodiff-run %s --entry diamond --arg 0.7 --mode check
// RUN: autodiff-run %s --entry diamond --arg -0.7 --mode check
// RUN: autodiff-run %s --entry loop --arg 0.7 --arg 6 --mode check
// RUN: autodiff-run %s --entry loop --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry two_exits --arg 1.1 --arg 9 --mode check
// RUN: autodiff-run %s --entry two_exits --arg 1.1 --arg 2 --mode check
func.func @diamond(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  cf.cond_br %positive, ^bb1, ^bb2(%x : f64)
^bb1:
  %a = math.sin %x : f64
  cf.br ^bb2(%a : f64)
^bb2(%y: f64):
  %z = arith.mulf %y, %x : f64
  return %z : f64
}
func.func @loop(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  cf.br ^head(%c0, %x : index, f64)
^head(%i: index, %s: f64):
  %more = arith.cmpi slt, %i, %n : index
  cf.cond_br %more, ^body, ^exit
^body:
  %sx = arith.mulf %s, %x : f64
  %t = math.cos %sx : f64
  %next = arith.addi %i, %c1 : index
  cf.br ^head(%next, %t : index, f64)
^exit:
  return %s : f64
}
func.func @two_exits(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %limit = arith.constant 2.0 : f64
  cf.br ^head(%c0, %x : index, f64)
^head(%i: index, %s: f64):
  %more = arith.cmpi slt, %i, %n : index
  cf.cond_br %more, ^body, ^exit
^body:
  %t = arith.mulf %s, %x : f64
  %next = arith.addi %i, %c1 : index
  %large = arith.cmpf ogt, %t, %limit : f64
  cf.cond_br %large, ^early, ^head(%next, %t : index, f64)
^early:
  %e = math.log %t : f64
  return %e : f64
^exit:
  return %s : f64
}
