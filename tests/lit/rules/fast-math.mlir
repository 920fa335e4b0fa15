// Derivative ops carry fast-math flags only where the primal op has them.
// RUN: autodiff-opt %s --autodiff-wrap=function=strict --autodiff-differentiate | FileCheck %s --check-prefix=STRICT
// RUN: autodiff-run %s --entry strict --arg 0.7 --mode check
// RUN: autodiff-run %s --entry relaxed --arg 0.7 --mode check
// STRICT-LABEL: func.func private @strict.vjp.active
// STRICT-NOT:     fastmath
// STRICT:         return
func.func @strict(%x: f64) -> f64 {
  %a = math.tanh %x : f64
  %y = arith.divf %a, %x : f64
  return %y : f64
}
func.func @relaxed(%x: f64) -> f64 {
  %a = math.tanh %x fastmath<contract> : f64
  %y = arith.divf %a, %x fastmath<contract> : f64
  return %y : f64
}
