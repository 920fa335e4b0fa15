// Where caches cost more, values are computed again that would be cached otherwise; the derivative is the same.
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=f" -o /dev/null | FileCheck %s --check-prefix=USUAL
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=f cache-cost=20" -o /dev/null | FileCheck %s --check-prefix=DEAR
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate=cache-cost=20 | FileCheck %s
// RUN: autodiff-run %s --entry f --arg rand:7:1 --mode check
// RUN: autodiff-run %s --entry f --arg rand:7:1 --mode check --cache-cost 20
// RUN: not autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate=cache-cost=0 -o /dev/null 2>&1 | FileCheck %s --check-prefix=ERROR
// RUN: not autodiff-run %s --entry f --arg rand:7:1 --mode check --cache-cost 1001 2>&1 | FileCheck %s --check-prefix=USAGE
func.func @f(%a: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %a, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %e = math.exp %x : f64
    %ee = arith.mulf %e, %e : f64
    %t = arith.addf %s, %ee : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
// USUAL: math.exp at {{.*}}: cached, 8 bytes x %
// DEAR: memref.load at {{.*}}: recomputed
// DEAR: math.exp at {{.*}}: recomputed
// DEAR: total: 0 bytes
// CHECK-LABEL: func.func private @f.vjp
// CHECK-NOT:     autodiff.cache
// CHECK-NOT:     memref.alloc
// CHECK:         math.exp
// CHECK:       return
// ERROR: error: cache-cost: expected a number from 1 to 1000, got '0'
// USAGE: --cache-cost
