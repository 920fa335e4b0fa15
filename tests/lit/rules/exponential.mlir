// Exponentials, logarithms and the error function.
// RUN: autodiff-run %s --entry exp_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry exp_of --arg -20.0 --mode check
// RUN: autodiff-run %s --entry exp_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry exp2_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry exp2_of --arg -10.0 --mode check
// RUN: autodiff-run %s --entry exp2_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry expm1_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry expm1_of --arg -3.0 --mode check
// RUN: autodiff-run %s --entry log_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry log_of --arg 1.0e-3 --mode check
// RUN: autodiff-run %s --entry log_of --arg 1.0e6 --mode check
// RUN: autodiff-run %s --entry log2_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry log2_of --arg 1.0e-3 --mode check
// RUN: autodiff-run %s --entry log2_of --arg 1024.0 --mode check
// RUN: autodiff-run %s --entry log10_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry log10_of --arg 1.0e-3 --mode check
// RUN: autodiff-run %s --entry log10_of --arg 1000.0 --mode check
// RUN: autodiff-run %s --entry log1p_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry log1p_of --arg -0.99 --mode check
// RUN: autodiff-run %s --entry erf_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry erf_of --arg -2.0 --mode check
// RUN: autodiff-run %s --entry erf_of --arg 0.0 --mode check
// RUN: autodiff-run %s --entry erfc_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry erfc_of --arg -2.0 --mode check
// RUN: autodiff-run %s --entry erfc_of --arg 3.0 --mode check
func.func @exp_of(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}
func.func @exp2_of(%x: f64) -> f64 {
  %y = math.exp2 %x : f64
  return %y : f64
}
func.func @expm1_of(%x: f64) -> f64 {
  %y = math.expm1 %x : f64
  return %y : f64
}
func.func @log_of(%x: f64) -> f64 {
  %y = math.log %x : f64
  return %y : f64
}
func.func @log2_of(%x: f64) -> f64 {
  %y = math.log2 %x : f64
  return %y : f64
}
func.func @log10_of(%x: f64) -> f64 {
  %y = math.log10 %x : f64
  return %y : f64
}
func.func @log1p_of(%x: f64) -> f64 {
  %y = math.log1p %x : f64
  return %y : f64
}
func.func @erf_of(%x: f64) -> f64 {
  %y = math.erf %x : f64
  return %y : f64
}
func.func @erfc_of(%x: f64) -> f64 {
  %y = math.erfc %x : f64
  return %y : f64
}
