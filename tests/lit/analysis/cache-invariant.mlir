// What does not change in a loop is not cached in it: the square is moved out, and made once.
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=f -o /dev/null | FileCheck %s
func.func @f(%x: f64, %a: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %w = math.exp %x : f64
    %v = memref.load %a[%i] : memref<4xf64>
    %p = arith.mulf %w, %v : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
// CHECK-DAG: math.exp at cache-invariant.mlir:8:10: free, made once
// CHECK-DAG: memref.load at {{.*}}: recomputed
// CHECK:     total: 0 bytes
