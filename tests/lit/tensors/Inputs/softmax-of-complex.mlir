// The largest of complex numbers is not defined.
func.func @softmax_of_complex(%x: tensor<3x4xcomplex<f32>>) -> tensor<3x4xcomplex<f32>> {
  %e = tensor.empty() : tensor<3x4xcomplex<f32>>
  // expected-error @below {{'linalg.softmax' op is defined for floats, not for 'complex<f32>'}}
  %y = linalg.softmax dimension(1) ins(%x : tensor<3x4xcomplex<f32>>) outs(%e : tensor<3x4xcomplex<f32>>)
    -> tensor<3x4xcomplex<f32>>
  return %y : tensor<3x4xcomplex<f32>>
}
