// A derivative that is wrong makes the check fail with exit code 1: here a user's rule for `math.sin` is off by a sign.
// RUN: not autodiff-run %s --entry f --arg 0.7 --mode check --rules %S/Inputs/wrong.rules --json | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --mode check --json | FileCheck %s --check-prefix=RIGHT
// CHECK: "passed":false
// RIGHT: "passed":true
func.func @f(%x: f64) -> f64 {
  %y = math.sin %x : f64
  return %y : f64
}
