// A request on tensors becomes one on buffers: an active tensor has a shadow, which holds its cotangent in the end.
// RUN: autodiff-opt %s --autodiff-bufferize-pipeline | FileCheck %s
// RUN: autodiff-opt %s --autodiff-bufferize-pipeline --autodiff-differentiate --autodiff-lower --autodiff-cpu-pipeline \
// RUN:   | mlir-translate --mlir-to-llvmir -o /dev/null
// RUN: autodiff-run %s --entry vjp --arg rand:4:1 --arg 0.3 --arg rand:4:2 --arg rand:4:3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry jvp --arg rand:4:1 --arg 0.3 --arg rand:4:2 --arg rand:4:3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry wide --arg rand:4:1 --arg 0.3 --arg rand:4:2 --arg rand:4:3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry split --arg rand:4:1 --arg 0.3 --arg rand:4:2 --arg rand:4:3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry square --arg rand:3:1 --mode run | FileCheck %s --check-prefix=SQUARE
// x is 0.1331231503445618, 0.49156351452540226, 0.9420055071735924; the derivative of x^2 sums to 2 x.
// SQUARE: result-0 {{.*}} [0.2662463006891236, 0.9831270290508045, 1.8840110143471849]

// CHECK-LABEL: func.func @vjp
// CHECK-SAME:    (%[[A:.*]]: memref<4xf64>, %[[S:.*]]: f64, %[[B:.*]]: memref<4xf64>, %[[Q_BAR:.*]]: memref<4xf64>, %[[Y_BAR:.*]]: f64)
// CHECK-DAG:     %[[A_SHADOW:.*]] = autodiff.shadow() : memref<4xf64>
// CHECK-DAG:     %[[B_SHADOW:.*]] = autodiff.shadow() : memref<4xf64>
// CHECK:         %[[R:.*]]:2 = autodiff.vjp @f(%[[A]], %[[A_SHADOW]], %[[S]], %[[B]], %[[B_SHADOW]], %[[Q_BAR]], %[[Y_BAR]]) args [dup, active, dup] results [active, active_noneed]
// CHECK:         return %[[R]]#0, %[[A_SHADOW]], %[[R]]#1, %[[B_SHADOW]]
func.func @f(%a: tensor<4xf64>, %s: f64, %b: tensor<4xf64>) -> (tensor<4xf64>, f64) {
  %sp = tensor.splat %s : tensor<4xf64>
  %m = arith.mulf %a, %b : tensor<4xf64>
  %n = arith.mulf %m, %sp : tensor<4xf64>
  %q = math.sin %n : tensor<4xf64>
  %c0 = arith.constant 0 : index
  %x = tensor.extract %q[%c0] : tensor<4xf64>
  %y = arith.mulf %x, %s : f64
  return %q, %y : tensor<4xf64>, f64
}
func.func @vjp(%a: tensor<4xf64>, %s: f64, %b: tensor<4xf64>, %c: tensor<4xf64>, %d: f64) -> (tensor<4xf64>, tensor<4xf64>, f64, tensor<4xf64>) {
  %q, %as, %ss, %bs = autodiff.vjp @f(%a, %s, %b, %c, %d) args [active, active, active] results [active, active_noneed] : (tensor<4xf64>, f64, tensor<4xf64>, tensor<4xf64>, f64) -> (tensor<4xf64>, tensor<4xf64>, f64, tensor<4xf64>)
  return %q, %as, %ss, %bs: tensor<4xf64>, tensor<4xf64>, f64, tensor<4xf64>
}
func.func @jvp(%a: tensor<4xf64>, %s: f64, %b: tensor<4xf64>, %c: tensor<4xf64>, %d: f64) -> (tensor<4xf64>, tensor<4xf64>, f64, f64) {
  %q:4 = autodiff.jvp @f(%a, %c, %s, %d, %b) args [dup, dup, const] results [dup, dup] : (tensor<4xf64>, tensor<4xf64>, f64, f64, tensor<4xf64>) -> (tensor<4xf64>, tensor<4xf64>, f64, f64)
  return %q#0, %q#1, %q#2, %q#3: tensor<4xf64>, tensor<4xf64>, f64, f64
}
func.func @wide(%a: tensor<4xf64>, %s: f64, %b: tensor<4xf64>, %c: tensor<4xf64>, %d: f64) -> (tensor<4xf64>, tensor<4xf64>, f64, f64) {
  %r:4 = autodiff.vjp @f(%a, %s, %b, %c, %b, %d, %s) args [active, active, const] results [active_noneed, active_noneed] width 2 : (tensor<4xf64>, f64, tensor<4xf64>, tensor<4xf64>, tensor<4xf64>, f64, f64) -> (tensor<4xf64>, tensor<4xf64>, f64, f64)
  return %r#0, %r#1, %r#2, %r#3: tensor<4xf64>, tensor<4xf64>, f64, f64
}
func.func @split(%a: tensor<4xf64>, %s: f64, %b: tensor<4xf64>, %c: tensor<4xf64>, %d: f64) -> (tensor<4xf64>, tensor<4xf64>, f64, tensor<4xf64>) {
  %q, %t = autodiff.augment @f(%a, %s, %b) args [active, active, active] results [active, active_noneed] : (tensor<4xf64>, f64, tensor<4xf64>) -> (tensor<4xf64>, !autodiff.tape)
  %z = arith.mulf %q, %c : tensor<4xf64>
  %as, %ss, %bs = autodiff.pullback @f(%t, %z, %d) args [active, active, active] results [active, active_noneed] : (!autodiff.tape, tensor<4xf64>, f64) -> (tensor<4xf64>, f64, tensor<4xf64>)
  return %q, %as, %ss, %bs: tensor<4xf64>, tensor<4xf64>, f64, tensor<4xf64>
}
func.func @squares(%x: tensor<3xf64>) -> tensor<3xf64> {
  %y = arith.mulf %x, %x : tensor<3xf64>
  return %y : tensor<3xf64>
}
func.func @square(%x: tensor<3xf64>) -> tensor<3xf64> {
  %one = arith.constant dense<1.0> : tensor<3xf64>
  %x_bar = autodiff.vjp @squares(%x, %one) args [active] results [active_noneed] : (tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
  return %x_bar : tensor<3xf64>
}
