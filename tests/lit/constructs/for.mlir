// The reverse of `scf.for` runs over the same trip count with the index mirrored.
// RUN: autodiff-opt %s --autodiff-wrap=function=power --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry power --arg 1.1 --arg 5 --mode check
// RUN: autodiff-run %s --entry power --arg -0.8 --arg 1 --mode check
// RUN: autodiff-run %s --entry power --arg 1.1 --arg 0 --mode check
// RUN: autodiff-run %s --entry power --arg 2.0 --arg 3 --mode vjp --json | FileCheck %s --check-prefix=VALUES

// d/dx x^3 at 2 is 12.
// VALUES: "gradients":[{"index":0,{{.*}}"values":[12.0]
func.func @power(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%p = %one) -> f64 {
    %q = arith.mulf %p, %x : f64
    scf.yield %q : f64
  }
  return %y : f64
}
// CHECK-LABEL: func.func private @power.vjp.active.const
// CHECK:         %[[CACHE:.*]] = autodiff.cache
// CHECK:         scf.for
// CHECK:           autodiff.push %{{.*}}, %[[CACHE]]
// CHECK:         scf.for
// CHECK:           arith.subi
// CHECK:           autodiff.pop %[[CACHE]]
// CHECK:         autodiff.free %[[CACHE]]
