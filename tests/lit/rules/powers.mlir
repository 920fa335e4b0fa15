// Powers and roots; integer exponents, negative bases, and 0 to the powers 1 and 2.
// RUN: autodiff-run %s --entry sqrt_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry sqrt_of --arg 100.0 --mode check
// RUN: autodiff-run %s --entry sqrt_of --arg 1.0e-3 --mode check
// RUN: autodiff-run %s --entry rsqrt_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry rsqrt_of --arg 100.0 --mode check
// RUN: autodiff-run %s --entry rsqrt_of --arg 1.0e-2 --mode check
// RUN: autodiff-run %s --entry cbrt_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry cbrt_of --arg -8.0 --mode check
// RUN: autodiff-run %s --entry cbrt_of --arg 1.0e-2 --mode check
// RUN: autodiff-run %s --entry powf_of --arg 0.7 --arg 1.3 --mode check
// RUN: autodiff-run %s --entry powf_of --arg 2.5 --arg -1.5 --mode check
// RUN: autodiff-run %s --entry powf_of --arg 1.0 --arg 0.0 --mode check
// RUN: autodiff-run %s --entry square --arg -1.5 --mode check
// RUN: autodiff-run %s --entry square --arg 0.0 --mode check
// RUN: autodiff-run %s --entry square --arg 3.0 --mode check
// RUN: autodiff-run %s --entry first_power --arg 0.0 --mode check
// RUN: autodiff-run %s --entry first_power --arg -2.0 --mode check
// RUN: autodiff-run %s --entry exponential_of_base_2 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry exponential_of_base_2 --arg -3.0 --mode check
// RUN: autodiff-run %s --entry fpowi_of --arg -1.5 --arg 3 --mode check
// RUN: autodiff-run %s --entry fpowi_of --arg 0.7 --arg -2 --mode check
// RUN: autodiff-run %s --entry fpowi_of --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry fpowi_of --arg 0.0 --arg 1 --mode check
// RUN: autodiff-run %s --entry fpowi_of --arg 0.0 --arg 2 --mode check
// RUN: autodiff-run %s --entry fma_of --arg 0.7 --arg -0.3 --arg 2.0 --mode check
func.func @sqrt_of(%x: f64) -> f64 {
  %y = math.sqrt %x : f64
  return %y : f64
}
func.func @rsqrt_of(%x: f64) -> f64 {
  %y = math.rsqrt %x : f64
  return %y : f64
}
func.func @cbrt_of(%x: f64) -> f64 {
  %y = math.cbrt %x : f64
  return %y : f64
}
func.func @powf_of(%x: f64, %y: f64) -> f64 {
  %z = math.powf %x, %y : f64
  return %z : f64
}
func.func @square(%x: f64) -> f64 {
  %two = arith.constant 2.0 : f64
  %y = math.powf %x, %two : f64
  return %y : f64
}
func.func @first_power(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %y = math.powf %x, %one : f64
  return %y : f64
}
func.func @exponential_of_base_2(%x: f64) -> f64 {
  %two = arith.constant 2.0 : f64
  %y = math.powf %two, %x : f64
  return %y : f64
}
func.func @fpowi_of(%x: f64, %n: i32) -> f64 {
  %y = math.fpowi %x, %n : f64, i32
  return %y : f64
}
func.func @fma_of(%x: f64, %y: f64, %z: f64) -> f64 {
  %r = math.fma %x, %y, %z : f64
  return %r : f64
}
