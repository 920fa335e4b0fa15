// The sine of a small imaginary number is that number, not the difference of two exponentials.
// RUN: autodiff-opt %s --autodiff-expand-complex | FileCheck %s
// RUN: autodiff-run %s --entry imaginary --arg 1e-12 | FileCheck %s --check-prefix=VALUE
// RUN: autodiff-run %s --entry imaginary --arg 0.3 --mode check
// CHECK-LABEL: func.func @imaginary
// CHECK-NOT: complex.sin
// CHECK: math.sinh
// CHECK-LABEL: func.func @cosine
// CHECK-NOT: complex.cos
// CHECK: math.cosh
// VALUE: result-0 {{.*}} 1e-12
func.func @imaginary(%y: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %z = complex.create %zero, %y : complex<f64>
  %w = complex.sin %z : complex<f64>
  %v = complex.im %w : complex<f64>
  return %v : f64
}
func.func @cosine(%z: complex<f32>) -> complex<f32> {
  %w = complex.cos %z : complex<f32>
  return %w : complex<f32>
}
