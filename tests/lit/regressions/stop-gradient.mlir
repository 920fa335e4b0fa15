// `autodiff.stop_gradient` is the identity with a derivative of zero, in both modes.
// RUN: autodiff-run %s --entry f --arg 3.0 --mode vjp --json | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 3.0 --mode jvp --json | FileCheck %s --check-prefix=JVP
// Without it the derivative of x * x would be 6.
// CHECK: "gradients":[{"index":0,{{.*}}"values":[3.0]
// JVP: "tangents":[{"index":0,{{.*}}"values":[3.0]
func.func @f(%x: f64) -> f64 {
  %c = autodiff.stop_gradient %x : f64
  %y = arith.mulf %c, %x : f64
  return %y : f64
}
