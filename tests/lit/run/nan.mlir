// A derivative that is NaN where the function is not: the runner names the op where that began, and tries 'strong_zero'.
// RUN: autodiff-run %s --entry distance --arg 0 --arg 0 --mode vjp 2>&1 | FileCheck %s --check-prefix=PARTIAL
// RUN: autodiff-run %s --entry masked --arg 0 --arg 0 --mode vjp 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: autodiff-run %s --entry masked --arg 0 --arg 0 --mode vjp --strong-zero 2>&1 | FileCheck %s --check-prefix=STRONG
// RUN: not autodiff-run %s --entry distance --arg 0 --arg 0 --mode check 2>&1 | FileCheck %s --check-prefix=PARTIAL
// RUN: autodiff-run %s --entry masked --arg 0 --arg 0 --mode jvp --tangent 0=0 2>&1 | FileCheck %s --check-prefix=FORWARD
// RUN: autodiff-run %s --entry masked --arg 4 --arg 1 --mode vjp 2>&1 | FileCheck %s --check-prefix=STRONG
// PARTIAL: nan.mlir:[[@LINE+17]]:8: warning: the derivative is NaN, the function is not: the first NaN is an 'arith.mulf' of {{.*}} in the derivative of 'arith.mulf'
// PARTIAL: note: a zero met an infinity: {{.*}}'--strong-zero' does not help
// ZERO:    nan.mlir:[[@LINE+25]]:11: warning: the derivative is NaN, the function is not: the first NaN is {{.*}} in the derivative of 'math.sqrt'
// ZERO:    note: {{.*}}use '--strong-zero'
// FORWARD: nan.mlir:[[@LINE+23]]:11: warning: the derivative is NaN
// FORWARD: note: {{.*}}use '--strong-zero'
// STRONG-NOT: NaN
// STRONG:     grad-arg-0
// STRONG-NOT: NaN





func.func @distance(%x: f64, %y: f64) -> f64 {

  %a = arith.mulf %x, %x : f64
  %b = arith.mulf %y, %y : f64
  %c = arith.addf %a, %b : f64
  %d = math.sqrt %c : f64
  return %d : f64
}



func.func @masked(%x: f64, %mask: f64) -> f64 {

  %root = math.sqrt %x : f64
  %y = arith.mulf %root, %mask : f64
  return %y : f64
}
