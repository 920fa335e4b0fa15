// expm1 and log1p keep their digits near 0: they are not lowered to exp(x) - 1 and log(1 + x).
// RUN: autodiff-run %s --entry expm1 --arg 1.0e-9 --json | FileCheck %s
// RUN: autodiff-run %s --entry log1p --arg 1.0e-9 --json | FileCheck %s --check-prefix=LOG
// RUN: autodiff-run %s --entry expm1 --arg 1.0e-9 --mode check
// RUN: autodiff-run %s --entry log1p --arg 1.0e-9 --mode check
// CHECK: "values":[1.0000000005e-9]
// LOG: "values":[9.999999995e-10]
func.func @expm1(%x: f64) -> f64 {
  %y = math.expm1 %x : f64
  return %y : f64
}
func.func @log1p(%x: f64) -> f64 {
  %y = math.log1p %x : f64
  return %y : f64
}
