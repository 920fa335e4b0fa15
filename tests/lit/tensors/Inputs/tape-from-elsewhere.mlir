func.func @f(%x: tensor<4xf64>) -> tensor<4xf64> {
  %y = math.sin %x : tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @back(%tape: !autodiff.tape, %y_bar: tensor<4xf64>) -> tensor<4xf64> {
  // expected-error @below {{the shadows of a tape of tensors are known only where its 'autodiff.augment' is in sight; pull the tape back in the function that makes it, or work on buffers}}
  %x_bar = autodiff.pullback @f(%tape, %y_bar) args [active] results [active] : (!autodiff.tape, tensor<4xf64>) -> tensor<4xf64>
  return %x_bar : tensor<4xf64>
}
