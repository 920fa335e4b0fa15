// Hyperbolic functions and their inverses.
// RUN: autodiff-run %s --entry sinh_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry sinh_of --arg -5.0 --mode check
// RUN: autodiff-run %s --entry sinh_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry cosh_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry cosh_of --arg -5.0 --mode check
// RUN: autodiff-run %s --entry cosh_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry tanh_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry tanh_of --arg -5.0 --mode check
// RUN: autodiff-run %s --entry tanh_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry asinh_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry asinh_of --arg -50.0 --mode check
// RUN: autodiff-run %s --entry asinh_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry acosh_of --arg 1.7 --mode check
// RUN: autodiff-run %s --entry acosh_of --arg 50.0 --mode check
// RUN: autodiff-run %s --entry acosh_of --arg 1.001 --mode check
// RUN: autodiff-run %s --entry atanh_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry atanh_of --arg -0.99 --mode check
// RUN: autodiff-run %s --entry atanh_of --arg 0.0 --mode check
func.func @sinh_of(%x: f64) -> f64 {
  %y = math.sinh %x : f64
  return %y : f64
}
func.func @cosh_of(%x: f64) -> f64 {
  %y = math.cosh %x : f64
  return %y : f64
}
func.func @tanh_of(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}
func.func @asinh_of(%x: f64) -> f64 {
  %y = math.asinh %x : f64
  return %y : f64
}
func.func @acosh_of(%x: f64) -> f64 {
  %y = math.acosh %x : f64
  return %y : f64
}
func.func @atanh_of(%x: f64) -> f64 {
  %y = math.atanh %x : f64
  return %y : f64
}
