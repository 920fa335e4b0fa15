// Tapes pass through branches, loops and functions; two pullbacks of one tape in different branches are one.
// RUN: autodiff-run %s --entry f --arg 0.4 --arg 1 --mode check
// RUN: autodiff-run %s --entry f --arg 0.4 --arg 0 --mode check
func.func private @g(%x: f64) -> f64 {
  %y = math.sin %x : f64
  %z = arith.mulf %y, %x : f64
  return %z : f64
}
func.func @f(%x: f64, %c: i1) -> f64 attributes {autodiff.vjp = @f_vjp} {
  %y = call @g(%x) : (f64) -> f64
  %z = call @g(%y) : (f64) -> f64
  %two = arith.constant 2.0 : f64
  %zz = arith.mulf %z, %two : f64
  %r = arith.select %c, %zz, %z : f64
  return %r : f64
}
func.func private @augmented(%x: f64) -> (f64, !autodiff.tape) attributes {no_inline} {
  %y, %tape = autodiff.augment @g(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  return %y, %tape : f64, !autodiff.tape
}
func.func private @f_vjp(%x: f64, %c: i1, %bar: f64) -> (f64, f64) {
  %y, %first = scf.if %c -> (f64, !autodiff.tape) {
    %a:2 = func.call @augmented(%x) : (f64) -> (f64, !autodiff.tape)
    scf.yield %a#0, %a#1 : f64, !autodiff.tape
  } else {
    %a, %tape = autodiff.augment @g(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
    scf.yield %a, %tape : f64, !autodiff.tape
  }
  %z, %second = autodiff.augment @g(%y) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  %two = arith.constant 2.0 : f64
  %r, %y_bar = scf.if %c -> (f64, f64) {
    %b = arith.mulf %bar, %two : f64
    %y_bar = autodiff.pullback @g(%second, %b) args [active] results [active] : (!autodiff.tape, f64) -> f64
    %zz = arith.mulf %z, %two : f64
    scf.yield %zz, %y_bar : f64, f64
  } else {
    %y_bar = autodiff.pullback @g(%second, %bar) args [active] results [active] : (!autodiff.tape, f64) -> f64
    scf.yield %z, %y_bar : f64, f64
  }
  %x_bar = autodiff.pullback @g(%first, %y_bar) args [active] results [active] : (!autodiff.tape, f64) -> f64
  return %r, %x_bar : f64, f64
}
