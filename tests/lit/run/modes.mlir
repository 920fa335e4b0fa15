// The four modes, by numbers that a person can check: y = x^2 a[0], at x = 3 and a[0] = 5.
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy | FileCheck %s --check-prefix=PRIMAL
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode vjp | FileCheck %s --check-prefix=VJP
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode vjp --seed 10 | FileCheck %s --check-prefix=SEED
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode jvp --tangent 0=1 --tangent 1=zeros:1 | FileCheck %s --check-prefix=JVP
// RUN: autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode check --directions 5 | FileCheck %s --check-prefix=ERRORS
// RUN: rm -rf %t && autodiff-run %s --entry f --arg 3 --arg @%S/Inputs/five.npy --mode vjp --save %t && ls %t | FileCheck %s --check-prefix=SAVED
// PRIMAL:  result-0 {{.*}}45
// VJP:     result-0 {{.*}}45
// VJP:     grad-arg-0 {{.*}}30
// VJP:     grad-arg-1 {{.*}}[9]
// SEED:    grad-arg-0 {{.*}}300
// JVP:     tangent-result-0 {{.*}}30
// ERRORS:  error jvp {{.*}}ok
// ERRORS:  error vjp {{.*}}ok
// ERRORS:  error identity {{.*}}ok
// SAVED:   arg-1.npy
// SAVED:   grad-arg-0.npy
// SAVED:   grad-arg-1.npy
// SAVED:   result-0.npy
func.func @f(%x: f64, %a: memref<1xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %xx = arith.mulf %x, %x : f64
  %y = memref.load %a[%c0] : memref<1xf64>
  %z = arith.mulf %xx, %y : f64
  return %z : f64
}
