// A load from memory that nothing overwrites is repeated in the reverse sweep, not cached; one that is overwritten is.
// RUN: autodiff-opt %s --autodiff-wrap=function=read_only --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=overwritten --autodiff-differentiate | FileCheck %s --check-prefix=CACHED
// RUN: autodiff-run %s --entry read_only --arg rand:5:1 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry overwritten --arg rand:5:1 --arg 0.7 --mode check
// CHECK-LABEL: func.func private @read_only.vjp
// CHECK-NOT:     autodiff.cache
// CHECK-LABEL: func.func @read_only_vjp
func.func @read_only(%a: memref<5xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %u = memref.load %a[%i] : memref<5xf64>
    %ux = arith.mulf %u, %x : f64
    %uux = arith.mulf %u, %ux : f64
    %t = arith.addf %s, %uux : f64
    scf.yield %t : f64
  }
  return %r : f64
}
// CACHED-LABEL: func.func private @overwritten.vjp
// CACHED:         %[[CACHE:.*]] = autodiff.cache
// CACHED:         autodiff.push %{{.*}}, %[[CACHE]]
// CACHED:         autodiff.pop %[[CACHE]]
func.func @overwritten(%a: memref<5xf64>, %x: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  scf.for %i = %c0 to %c5 step %c1 {
    %u = memref.load %a[%i] : memref<5xf64>
    %uu = arith.mulf %u, %u : f64
    %uux = arith.mulf %uu, %x : f64
    memref.store %uux, %a[%i] : memref<5xf64>
  }
  return
}
