// Changes of precision are linear.
// RUN: autodiff-run %s --entry widened --arg 0.7 --mode check
// RUN: autodiff-run %s --entry narrowed --arg 0.7 --mode check
// RUN: autodiff-run %s --entry halved --arg 0.75 --mode check
// RUN: autodiff-run %s --entry brain --arg 0.75 --mode check
func.func @widened(%x: f32) -> f64 {
  %y = arith.extf %x : f32 to f64
  %z = arith.mulf %y, %y : f64
  return %z : f64
}
func.func @narrowed(%x: f64) -> f32 {
  %y = arith.truncf %x : f64 to f32
  %z = arith.mulf %y, %y : f32
  return %z : f32
}
func.func @halved(%x: f32) -> f32 {
  %y = arith.truncf %x : f32 to f16
  %z = arith.extf %y : f16 to f32
  %r = arith.mulf %z, %x : f32
  return %r : f32
}
func.func @brain(%x: bf16) -> bf16 {
  %z = arith.mulf %x, %x : bf16
  return %z : bf16
}
