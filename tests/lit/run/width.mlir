// Several directions in one call: values are given, printed and saved for each, and the check takes as many at once.
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode vjp --width 2 --seed 1 --seed 10 | FileCheck %s --check-prefix=VJP
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode jvp --width 2 --tangent 0=1 --tangent 0=0 --tangent 1=zeros:1 | FileCheck %s --check-prefix=JVP
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode check --width 3 --directions 4 | FileCheck %s --check-prefix=CHECK6
// RUN: rm -rf %t && autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode vjp --width 2 --save %t && ls %t | FileCheck %s --check-prefix=SAVED
// RUN: not autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode jvp --width 2 --tangent 0=1 --tangent 0=1 --tangent 0=1 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --width 2 2>&1 | FileCheck %s --check-prefix=PLAIN
// d(x^2 a)/dx = 2 x a = 30, d/da = x^2 = 9.
// VJP:   grad-arg-0-0 {{.*}} 30
// VJP:   grad-arg-0-1 {{.*}} 300
// VJP:   grad-arg-1-0 {{.*}} [9]
// VJP:   grad-arg-1-1 {{.*}} [90]
// JVP:   tangent-result-0-0 {{.*}} 30
// JVP:   tangent-result-0-1 {{.*}} 9
// CHECK6: compared {{.*}}directions 6
// SAVED: grad-arg-0-0.npy
// SAVED: grad-arg-0-1.npy
// MANY:  argument #0 is given 3 times
// PLAIN: --width: has no meaning in mode 'run'
func.func @f(%x: f64, %a: memref<1xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %xx = arith.mulf %x, %x : f64
  %y = memref.load %a[%c0] : memref<1xf64>
  %z = arith.mulf %xx, %y : f64
  return %z : f64
}
