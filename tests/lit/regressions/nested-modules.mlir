// Modules in modules have names of their own: each request is for the function of its module.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --autodiff-cpu-pipeline | FileCheck %s --check-prefix=LLVM
// RUN: autodiff-run %s --entry ask --arg 2 --arg 1 | FileCheck %s --check-prefix=VALUE

// CHECK-LABEL: module @outer
// CHECK: func.func private @f.vjp.active
// CHECK: math.cos
// CHECK-LABEL: module @inner
// CHECK: func.func private @f.vjp.active
// CHECK-NOT: math.cos
// CHECK: call @f.vjp.active
// LLVM-NOT: func.
// VALUE: result-0 {{.*}} -0.416146
module @outer {
  func.func @f(%x: f64) -> f64 {
    %y = math.sin %x : f64
    return %y : f64
  }
  func.func @ask(%x: f64, %y_bar: f64) -> f64 {
    %x_bar = autodiff.vjp @f(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
    return %x_bar : f64
  }
  module @inner {
    func.func @f(%x: f64) -> f64 {
      %y = arith.mulf %x, %x : f64
      return %y : f64
    }
    func.func @ask(%x: f64, %y_bar: f64) -> f64 {
      %x_bar = autodiff.vjp @f(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
      return %x_bar : f64
    }
  }
}
