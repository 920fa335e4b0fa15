// As values, a tangent may be what a primal is, or a part of it; its buffer is one of its own.
// RUN: autodiff-opt %s --autodiff-bufferize-pipeline | FileCheck %s
// RUN: autodiff-run %s --entry along --arg rand:6:1 --arg rand:3:2 --mode check
// RUN: autodiff-run %s --entry crossed --arg rand:6:1 --mode check
// RUN: autodiff-run %s --entry repeated --arg rand:6:1 --arg rand:3:2 --mode check
// RUN: autodiff-run %s --entry twice --arg rand:3:2 --mode run | FileCheck %s --check-prefix=TWICE
func.func @f(%x: tensor<3xf64>, %y: tensor<3xf64>) -> tensor<3xf64> {
  %m = arith.mulf %x, %y : tensor<3xf64>
  %z = math.exp %m : tensor<3xf64>
  return %z : tensor<3xf64>
}
// CHECK-LABEL: func.func @along
// CHECK:         %[[COPY:.*]] = memref.alloc() {{.*}}: memref<3xf64>
// CHECK:         memref.copy %{{.*}}, %[[COPY]]
// CHECK:         autodiff.jvp @f(%{{.*}}, %[[COPY]], %{{.*}}) args [dup, const]
func.func @along(%x: tensor<6xf64>, %y: tensor<3xf64>) -> tensor<3xf64> {
  %low = tensor.extract_slice %x[0] [3] [1] : tensor<6xf64> to tensor<3xf64>
  %z, %z_dot = autodiff.jvp @f(%low, %y, %y) args [dup, const] results [dup]
             : (tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  %r = arith.mulf %z, %z_dot : tensor<3xf64>
  return %r : tensor<3xf64>
}
func.func @crossed(%x: tensor<6xf64>) -> tensor<3xf64> {
  %low = tensor.extract_slice %x[0] [3] [1] : tensor<6xf64> to tensor<3xf64>
  %high = tensor.extract_slice %x[3] [3] [1] : tensor<6xf64> to tensor<3xf64>
  %z_dot = autodiff.jvp @f(%low, %high, %high, %low) args [dup, dup] results [dup_noneed]
         : (tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
  return %z_dot : tensor<3xf64>
}
func.func @repeated(%x: tensor<6xf64>, %y: tensor<3xf64>) -> tensor<3xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %low = tensor.extract_slice %x[0] [3] [1] : tensor<6xf64> to tensor<3xf64>
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%v = %low) -> tensor<3xf64> {
    %z_dot = autodiff.jvp @f(%v, %v, %y) args [dup, const] results [dup_noneed]
           : (tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
    scf.yield %z_dot : tensor<3xf64>
  }
  return %r : tensor<3xf64>
}
// Along (x, x), the derivative of exp(x y) at y = x is 2 x^2 exp(x^2): what is returned is their difference.
// TWICE: result-0 {{.*}} [0, 0, 0]
func.func @twice(%x: tensor<3xf64>) -> tensor<3xf64> {
  %z, %z_dot = autodiff.jvp @f(%x, %x, %x, %x) args [dup, dup] results [dup]
             : (tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  %x2 = arith.mulf %x, %x : tensor<3xf64>
  %half = arith.mulf %x2, %z : tensor<3xf64>
  %all = arith.addf %half, %half : tensor<3xf64>
  %r = arith.subf %all, %z_dot : tensor<3xf64>
  return %r : tensor<3xf64>
}
