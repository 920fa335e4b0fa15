// What only fills a buffer that nobody reads does not survive: there is one loop over the iterations, the reverse one.
// The clean-up keeps a loop that allocates, fills, reads and frees a buffer, though its result is unused.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func @f(%a: memref<9xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %y = scf.for %i = %c1 to %n step %c2 iter_args(%s = %zero) -> f64 {
    %pair = memref.alloc(%i) : memref<?xf64>
    scf.for %j = %c0 to %i step %c1 {
      %x = memref.load %a[%j] : memref<9xf64>
      memref.store %x, %pair[%j] : memref<?xf64>
    }
    %u = memref.load %pair[%c0] : memref<?xf64>
    %t = arith.addf %s, %u : f64
    memref.dealloc %pair : memref<?xf64>
    scf.yield %t : f64
  }
  return %y : f64
}
func.func @request(%a: memref<9xf64>, %a_shadow: memref<9xf64>, %n: index, %y_bar: f64) {
  autodiff.vjp @f(%a, %a_shadow, %n, %y_bar) args [dup, const] results [active_noneed] : (memref<9xf64>, memref<9xf64>, index, f64) -> ()
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup.const(
// CHECK-COUNT-1: memref.alloc
// CHECK-NOT:     memref.alloc
// CHECK:         return
