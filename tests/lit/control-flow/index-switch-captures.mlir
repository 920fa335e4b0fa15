// Branches of `scf.index_switch` use values from outside, by the number of the iteration.
// RUN: autodiff-run %s --entry captures --arg 0.7 --arg 0.3 --arg 5 --mode check
func.func @captures(%x: f64, %z: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %w = arith.mulf %x, %z : f64
  %r = scf.for unsigned %i = %c0 to %n step %c1 iter_args(%p = %x) -> f64 {
    %s = math.sin %p : f64
    %y = scf.index_switch %i -> f64
    case 0 {
      %a = arith.mulf %s, %w : f64
      scf.yield %a : f64
    }
    case 2 {
      %a = arith.divf %p, %z : f64
      scf.yield %a : f64
    }
    default {
      %a = arith.addf %s, %w : f64
      scf.yield %a : f64
    }
    scf.yield %y : f64
  }
  return %r : f64
}
