// From requests to the LLVM dialect, with nothing left of ours; the interface of functions stays.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --autodiff-cpu-pipeline | FileCheck %s
// RUN: autodiff-opt %s --pass-pipeline="builtin.module(autodiff-differentiate,autodiff-lower)" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=DUMP
// DUMP: autodiff-differentiate
// CHECK-NOT:   autodiff.
// CHECK:       llvm.func @f(%{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64) -> f64
// CHECK-NOT:   {{(scf|memref|arith|func|cf)\.}}
func.func @f(%a: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %one = arith.constant 1.0 : f64
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%s = %one) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %sx = arith.mulf %s, %x : f64
    scf.yield %sx : f64
  }
  return %y : f64
}
func.func @gradient(%a: memref<?xf64>, %shadow: memref<?xf64>, %y_bar: f64) {
  autodiff.vjp @f(%a, %shadow, %y_bar) args [dup] results [active_noneed] : (memref<?xf64>, memref<?xf64>, f64) -> ()
  return
}
