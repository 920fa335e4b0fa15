// Names that are no UTF-8, or no ASCII, stay apart: each request is for its own function.
// RUN: autodiff-run %s --entry both --arg 1 --arg 1 | FileCheck %s --check-prefix=VALUES
// RUN: autodiff-run %s --entry both --arg 1 --arg 1 --mode check
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate | autodiff-opt | FileCheck %s
// RUN: not autodiff-opt %s --autodiff-wrap=function=none 2>&1 | FileCheck %s --check-prefix=ERROR

// CHECK-DAG: @"\80.vjp.active
// CHECK-DAG: @"\81.vjp.active
// CHECK-DAG: @"s\C3\B6.vjp.active
// CHECK-DAG: @"\F4\8F\BF\80.vjp.active
module {
  func.func private @"\80"(%x: f64) -> f64 {
    %y = math.sin %x : f64
    return %y : f64
  }
  func.func private @"\81"(%x: f64) -> f64 {
    %y = math.exp %x : f64
    return %y : f64
  }
  func.func private @"s\C3\B6"(%x: f64) -> f64 {
    %y = arith.addf %x, %x : f64
    return %y : f64
  }
  // The character by which a byte may be written is a name of its own.
  func.func private @"\F4\8F\BF\80"(%x: f64) -> f64 {
    %y = arith.negf %x : f64
    return %y : f64
  }
  func.func @both(%x: f64, %y_bar: f64) -> (f64, f64, f64, f64) {
    %sin = autodiff.vjp @"\80"(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
    %exp = autodiff.vjp @"\81"(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
    %sum = autodiff.vjp @"s\C3\B6"(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
    %neg = autodiff.vjp @"\F4\8F\BF\80"(%x, %y_bar) args [active] results [active_noneed] : (f64, f64) -> f64
    return %sin, %exp, %sum, %neg : f64, f64, f64, f64
  }
}
// VALUES: result-0 {{.*}} 0.5403023058681398
// VALUES: result-1 {{.*}} 2.718281828459045
// VALUES: result-2 {{.*}} 2
// VALUES: result-3 {{.*}} -1
// ERROR: error: autodiff-wrap: there is no function '@none'
