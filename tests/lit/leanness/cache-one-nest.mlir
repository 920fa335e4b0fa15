// A nest of counted loops has one cache of one dimension a loop, allocated in front of the nest.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower --canonicalize | FileCheck %s
func.func private @f(%a: memref<?xf64>, %m: index, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %t = %c0 to %m step %c1 {
    scf.for %i = %c0 to %n step %c1 {
      %x = memref.load %a[%i] : memref<?xf64>
      %y = math.exp %x : f64
      memref.store %y, %a[%i] : memref<?xf64>
    }
  }
  return
}
func.func @request(%a: memref<?xf64>, %a_shadow: memref<?xf64>, %m: index, %n: index) {
  autodiff.vjp @f(%a, %a_shadow, %m, %n) args [dup, const, const] results [] : (memref<?xf64>, memref<?xf64>, index, index) -> ()
  return
}
// CHECK-LABEL: func.func private @f.vjp.dup.const.const(
// CHECK:         %[[CACHE:.*]] = memref.alloc(%{{.*}}, %{{.*}}) : memref<?x?xf64>
// CHECK:         scf.for
// CHECK-NOT:     memref.alloc
// CHECK:         memref.dealloc %[[CACHE]]
// CHECK-NEXT:    return
