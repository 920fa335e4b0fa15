// A tape whose making is out of sight is checked when it is taken up.
// RUN: not autodiff-run %s --entry f --arg 0.4 2>&1 | FileCheck %s
// CHECK: tape of another callee: expected one of '@g.augment.active'
func.func private @g(%x: f64) -> f64 {
  %y = math.sin %x : f64
  return %y : f64
}
func.func private @h(%x: f64) -> f64 {
  %y = math.cos %x : f64
  return %y : f64
}
func.func private @made(%x: f64) -> !autodiff.tape attributes {no_inline} {
  %y, %tape = autodiff.augment @h(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  return %tape : !autodiff.tape
}
func.func @f(%x: f64) -> f64 {
  %tape = call @made(%x) : (f64) -> !autodiff.tape
  %x_bar = autodiff.pullback @g(%tape, %x) args [active] results [active] : (!autodiff.tape, f64) -> f64
  return %x_bar : f64
}
