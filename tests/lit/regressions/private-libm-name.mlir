// A private function of the name of one of the C library is not called in its place.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline | FileCheck %s
// CHECK: llvm.func {{.*}}@tanh.own(
// CHECK-LABEL: llvm.func @both
// CHECK: llvm.intr.tanh(
// CHECK: llvm.call @tanh.own(
func.func private @tanh(%x: f64) -> f64 {
  %y = arith.addf %x, %x : f64
  return %y : f64
}
func.func @both(%x: f64) -> f64 {
  %a = math.tanh %x : f64
  %b = func.call @tanh(%a) : (f64) -> f64
  return %b : f64
}
