// Trigonometric functions and their inverses, near the ends of their ranges too.
// RUN: autodiff-run %s --entry sin_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry sin_of --arg -100.0 --mode check
// RUN: autodiff-run %s --entry sin_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry cos_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry cos_of --arg -100.0 --mode check
// RUN: autodiff-run %s --entry cos_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry tan_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry tan_of --arg 1.5 --mode check
// RUN: autodiff-run %s --entry tan_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry asin_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry asin_of --arg -0.999 --mode check
// RUN: autodiff-run %s --entry asin_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry acos_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry acos_of --arg -0.999 --mode check
// RUN: autodiff-run %s --entry acos_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry atan_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry atan_of --arg -50.0 --mode check
// RUN: autodiff-run %s --entry atan_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry atan2_of --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry atan2_of --arg -0.7 --arg -0.3 --mode check
// RUN: autodiff-run %s --entry atan2_of --arg 0.0 --arg 1.5 --mode check
// RUN: autodiff-run %s --entry atan2_of --arg 2.0 --arg 0.0 --mode check
// RUN: autodiff-run %s --entry sincos_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry sincos_of --arg -3.0 --mode check
// RUN: autodiff-run %s --entry sincos_of --arg 0.0 --mode check
func.func @sin_of(%x: f64) -> f64 {
  %y = math.sin %x : f64
  return %y : f64
}
func.func @cos_of(%x: f64) -> f64 {
  %y = math.cos %x : f64
  return %y : f64
}
func.func @tan_of(%x: f64) -> f64 {
  %y = math.tan %x : f64
  return %y : f64
}
func.func @asin_of(%x: f64) -> f64 {
  %y = math.asin %x : f64
  return %y : f64
}
func.func @acos_of(%x: f64) -> f64 {
  %y = math.acos %x : f64
  return %y : f64
}
func.func @atan_of(%x: f64) -> f64 {
  %y = math.atan %x : f64
  return %y : f64
}
func.func @atan2_of(%x: f64, %y: f64) -> f64 {
  %z = math.atan2 %x, %y : f64
  return %z : f64
}
func.func @sincos_of(%x: f64) -> (f64, f64) {
  %s, %c = math.sincos %x : f64
  %y = arith.mulf %s, %c : f64
  return %s, %y : f64, f64
}
