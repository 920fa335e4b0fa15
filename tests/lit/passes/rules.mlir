// The option `rules` reads rule files: ops of an unknown dialect become differentiable.
// RUN: autodiff-opt %s --allow-unregistered-dialect --autodiff-differentiate=rules=%S/Inputs/unheard.rules | FileCheck %s
// RUN: not autodiff-opt %s --allow-unregistered-dialect --autodiff-differentiate 2>&1 | FileCheck %s --check-prefix=WITHOUT
// RUN: not autodiff-opt %s --allow-unregistered-dialect --autodiff-differentiate=rules=%S/Inputs/missing.rules 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not autodiff-opt %s --allow-unregistered-dialect --autodiff-differentiate=rules=%S/Inputs/broken.rules 2>&1 | FileCheck %s --check-prefix=BROKEN
// MISSING: error: cannot read rules '{{.*}}missing.rules': No such file
// BROKEN:  error: {{.*}}broken.rules:2:
// WITHOUT: error: 'unheard.cube' op has no reverse-mode rule
// WITHOUT: error: 'unheard.axpy' op has no reverse-mode rule
func.func private @f(%x: f64) -> f64 {
  %a = "unheard.cube"(%x) : (f64) -> f64
  %b = "unheard.axpy"(%x, %a, %x) : (f64, f64, f64) -> f64
  return %b : f64
}
func.func @request(%x: f64, %y_bar: f64) -> f64 {
  %x_bar = autodiff.vjp @f(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
  return %x_bar : f64
}
// CHECK-LABEL: func.func private @f.vjp.active
// CHECK-SAME:    (%[[X:.*]]: f64, %[[BAR:.*]]: f64) -> f64
// CHECK:         %[[A:.*]] = "unheard.cube"(%[[X]])
// CHECK-DAG:     arith.mulf %[[BAR]], %[[A]]
// CHECK-DAG:     arith.mulf %[[BAR]], %[[X]]
// CHECK:         return
