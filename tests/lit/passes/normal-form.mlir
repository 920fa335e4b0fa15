// The normal form optimises a clone: the primal stays as it was. Without it, the derivative is right all the same.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate=normal-form=false | FileCheck %s --check-prefix=PLAIN
// RUN: autodiff-run %s --entry f --arg 0.7 --mode check
// CHECK-LABEL: func.func @f(
// CHECK:         memref.alloca
// CHECK:         math.sin
// CHECK:         math.sin
// CHECK-LABEL: func.func private @f.vjp.active
// CHECK-NOT:     memref.alloca
// CHECK:         math.sin
// CHECK-NOT:     math.sin
// CHECK-LABEL: func.func @f_vjp
// PLAIN-LABEL: func.func private @f.vjp.active
// PLAIN:         memref.alloc
func.func @f(%x: f64) -> f64 {
  %cell = memref.alloca() : memref<f64>
  %a = math.sin %x : f64
  memref.store %a, %cell[] : memref<f64>
  %b = math.sin %x : f64
  %c = memref.load %cell[] : memref<f64>
  %y = arith.mulf %b, %c : f64
  return %y : f64
}
