// A function of tensors that names its derivatives on tensors: they are called, though those of buffers look different.
// The derivatives are twice, and half, what they should be, so that it shows that they are used.
// RUN: autodiff-run %s --entry f --arg rand:3:1 --mode vjp | FileCheck %s --check-prefix=VJP
// RUN: autodiff-run %s --entry f --arg rand:3:1 --tangent 0=rand:3:1 --mode jvp | FileCheck %s --check-prefix=JVP
// RUN: autodiff-run %s --entry pair --arg rand:3:1 --arg 2.0 --mode vjp | FileCheck %s --check-prefix=PAIR
// x is 0.1331231503445618, 0.49156351452540226, 0.9420055071735924.
// VJP: grad-arg-0 {{.*}} [0.5324926013782472, 1.966254058101609, 3.7680220286943698]
// JVP: tangent-result-0 {{.*}} [0.0177217731576608, 0.24163468881256536, 0.8873743755453771]
// PAIR: grad-arg-0 {{.*}} [4, 4, 4]
// PAIR: grad-arg-1 {{.*}} 3.1333843440
func.func private @square(%x: tensor<3xf64>) -> tensor<3xf64>
    attributes {autodiff.jvp = @square_jvp, autodiff.vjp = @square_vjp, no_inline} {
  %y = arith.mulf %x, %x : tensor<3xf64>
  return %y : tensor<3xf64>
}
func.func private @square_vjp(%x: tensor<3xf64>, %y_bar: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %four = arith.constant dense<4.0> : tensor<3xf64>
  %y = arith.mulf %x, %x : tensor<3xf64>
  %z = arith.mulf %y_bar, %x : tensor<3xf64>
  %x_bar = arith.mulf %z, %four : tensor<3xf64>
  return %y, %x_bar : tensor<3xf64>, tensor<3xf64>
}
func.func private @square_jvp(%x: tensor<3xf64>, %x_dot: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %y = arith.mulf %x, %x : tensor<3xf64>
  %y_dot = arith.mulf %x, %x_dot : tensor<3xf64>
  return %y, %y_dot : tensor<3xf64>, tensor<3xf64>
}
func.func @f(%x: tensor<3xf64>) -> tensor<3xf64> {
  %y = func.call @square(%x) : (tensor<3xf64>) -> tensor<3xf64>
  return %y : tensor<3xf64>
}

func.func private @scale(%x: tensor<3xf64>, %s: f64) -> tensor<3xf64>
    attributes {autodiff.augment = @scale_augment, autodiff.pullback = @scale_pullback, no_inline} {
  %t = tensor.splat %s : tensor<3xf64>
  %y = arith.mulf %x, %t : tensor<3xf64>
  return %y : tensor<3xf64>
}
func.func private @scale_augment(%x: tensor<3xf64>, %s: f64) -> (tensor<3xf64>, tensor<3xf64>, f64) {
  %t = tensor.splat %s : tensor<3xf64>
  %y = arith.mulf %x, %t : tensor<3xf64>
  return %y, %x, %s : tensor<3xf64>, tensor<3xf64>, f64
}
func.func private @scale_pullback(%x: tensor<3xf64>, %s: f64, %y_bar: tensor<3xf64>) -> (tensor<3xf64>, f64) {
  %two = arith.constant 2.0 : f64
  %zero = arith.constant 0.0 : f64
  %u = arith.mulf %s, %two : f64
  %t = tensor.splat %u : tensor<3xf64>
  %x_bar = arith.mulf %y_bar, %t : tensor<3xf64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %zero) -> f64 {
    %b = tensor.extract %x[%i] : tensor<3xf64>
    %c = tensor.extract %y_bar[%i] : tensor<3xf64>
    %d = arith.mulf %b, %c : f64
    %e = arith.addf %a, %d : f64
    scf.yield %e : f64
  }
  %s_bar = arith.mulf %sum, %two : f64
  return %x_bar, %s_bar : tensor<3xf64>, f64
}
func.func @pair(%x: tensor<3xf64>, %s: f64) -> tensor<3xf64> {
  %y = func.call @scale(%x, %s) : (tensor<3xf64>, f64) -> tensor<3xf64>
  return %y : tensor<3xf64>
}
