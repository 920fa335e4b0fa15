// A linear loop in place needs nothing of its values: no cache, whatever is overwritten.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
// RUN: autodiff-opt %s --autodiff-print-cache-plan -o /dev/null | FileCheck %s --check-prefix=PLAN
// PLAN: total: 0 bytes
func.func private @f(%a: memref<?xf64>, %n: index) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %half = arith.constant 0.5 : f64
  scf.for %i = %c1 to %n step %c2 {
    %before = arith.subi %i, %c1 : index
    %x = memref.load %a[%before] : memref<?xf64>
    %y = memref.load %a[%i] : memref<?xf64>
    %s = arith.addf %x, %y : f64
    %h = arith.mulf %s, %half : f64
    memref.store %h, %a[%i] : memref<?xf64>
  }
  return
}
func.func @request(%a: memref<?xf64>, %a_shadow: memref<?xf64>, %n: index) {
  autodiff.vjp @f(%a, %a_shadow, %n) args [dup, const] results [] : (memref<?xf64>, memref<?xf64>, index) -> ()
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup.const(
// CHECK-NOT:     memref.alloc
// CHECK:         return
