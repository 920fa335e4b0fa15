// The minimum cut caches one value from which two needed ones follow, not the two.
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=f -o /dev/null | FileCheck %s
// RUN: autodiff-run %s --entry f --arg rand:10:1 --mode check
func.func @f(%a: memref<10xf64>) {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c10 = arith.constant 10 : index
  scf.for %i = %c1 to %c10 step %c3 {
    %x = memref.load %a[%i] : memref<10xf64>
    %p = arith.addf %x, %x : f64
    %q = arith.mulf %x, %p : f64
    %s = arith.mulf %p, %q : f64
    memref.store %s, %a[%i] : memref<10xf64>
  }
  return
}
// Three trips: 1, 4 and 7.
// CHECK-LABEL: @f.vjp.dup: cache plan
// CHECK:         memref.load at cache-one-input.mlir:9:10: cached, 8 bytes x 3
// CHECK-NEXT:    arith.addf at {{.*}}: recomputed
// CHECK-NEXT:    arith.mulf at cache-one-input.mlir:11:10: recomputed
// CHECK-NEXT:    total: 24 bytes
