// `scf.execute_region` is a branch that is always taken.
// RUN: autodiff-run %s --entry f --arg 0.7 --mode check
// RUN: autodiff-run %s --entry several_blocks --arg 0.7 --mode check
// RUN: autodiff-run %s --entry several_blocks --arg -0.7 --mode check
func.func @f(%x: f64) -> f64 {
  %y = scf.execute_region -> f64 no_inline {
    %a = math.sin %x : f64
    %b = arith.mulf %a, %x : f64
    scf.yield %b : f64
  }
  %z = arith.mulf %y, %x : f64
  return %z : f64
}
func.func @several_blocks(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %y = scf.execute_region -> f64 {
    %positive = arith.cmpf ogt, %x, %zero : f64
    cf.cond_br %positive, ^bb1, ^bb2
  ^bb1:
    %a = math.sin %x : f64
    scf.yield %a : f64
  ^bb2:
    %b = math.exp %x : f64
    scf.yield %b : f64
  }
  return %y : f64
}
