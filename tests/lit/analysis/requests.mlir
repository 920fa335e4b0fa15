// The printing passes take the requests of the module, each derivative once, or the function of their options.
// RUN: autodiff-opt %s --autodiff-print-needed -o /dev/null | FileCheck %s
// RUN: autodiff-opt %s --autodiff-print-needed="function=f args=const,active" -o /dev/null | FileCheck %s --check-prefix=GIVEN
// RUN: autodiff-opt %s --autodiff-print-needed | FileCheck %s --check-prefix=KEPT
func.func private @f(%x: f64, %y: f64) -> f64 {
  %z = arith.mulf %x, %y : f64
  return %z : f64
}
func.func @request(%x: f64, %y: f64, %z_bar: f64) -> (f64, f64, f64) {
  %x_bar = autodiff.vjp @f(%x, %y, %z_bar) args [active, const] results [active_noneed] : (f64, f64, f64) -> f64
  %x_again = autodiff.vjp @f(%y, %x, %z_bar) args [active, const] results [active_noneed] : (f64, f64, f64) -> f64
  %z_dot = autodiff.jvp @f(%x, %x, %y) args [dup, const] results [dup_noneed] : (f64, f64, f64) -> f64
  return %x_bar, %x_again, %z_dot : f64, f64, f64
}
// CHECK:       @f.vjp.active.const: needed
// CHECK-NEXT:    %arg1: argument #1: for arith.mulf at requests.mlir:6:8
// CHECK-NEXT:  @f.jvp.dup.const{{.*}}: needed
// CHECK-NOT:   {{.}}
// GIVEN:       @f.vjp.const.active.to.active: needed
// GIVEN-NEXT:    %arg0: argument #0: for arith.mulf at requests.mlir:6:8
// GIVEN-NOT:   {{.}}
// The module stays as it is.
// KEPT: autodiff.vjp @f
// KEPT: autodiff.jvp @f
