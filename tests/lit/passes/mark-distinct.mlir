// Buffers that a loop passes on in turn are distinct in its body if they are in front of it.
// RUN: autodiff-opt %s --autodiff-mark-distinct | FileCheck %s
// RUN: autodiff-run %s --entry turns --arg 3 --json | FileCheck %s --check-prefix=RESULT
// RESULT: "values":[3.0]
// CHECK-LABEL: func.func @turns
// CHECK:         scf.for {{.*}} iter_args(%[[U:.*]] = %{{.*}}, %[[V:.*]] = %{{.*}})
// CHECK-NEXT:      %[[D:.*]]:2 = memref.distinct_objects %[[U]], %[[V]]
// CHECK-NEXT:      %[[X:.*]] = memref.load %[[D]]#0
// CHECK:           memref.store %{{.*}}, %[[D]]#1
// CHECK-NEXT:      scf.yield %[[V]], %[[U]]
func.func @turns(%n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %a = memref.alloc() : memref<2xf64>
  %b = memref.alloc() : memref<2xf64>
  memref.store %zero, %a[%c0] : memref<2xf64>
  %last:2 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %a, %v = %b) -> (memref<2xf64>, memref<2xf64>) {
    %x = memref.load %u[%c0] : memref<2xf64>
    %y = arith.addf %x, %one : f64
    memref.store %y, %v[%c0] : memref<2xf64>
    scf.yield %v, %u : memref<2xf64>, memref<2xf64>
  }
  %r = memref.load %last#0[%c0] : memref<2xf64>
  return %r : f64
}
// The arguments may be one buffer.
// CHECK-LABEL: func.func @unknown
// CHECK-NOT:     distinct_objects
// CHECK:         return
func.func @unknown(%a: memref<2xf64>, %b: memref<2xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last:2 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %a, %v = %b) -> (memref<2xf64>, memref<2xf64>) {
    %x = memref.load %u[%c0] : memref<2xf64>
    memref.store %x, %v[%c1] : memref<2xf64>
    scf.yield %v, %u : memref<2xf64>, memref<2xf64>
  }
  return
}
// So it is if a loop yields one of them twice, or starts with one of them twice.
// CHECK-LABEL: func.func @twice
// CHECK-NOT:     distinct_objects
// CHECK:         return
func.func @twice(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<2xf64>
  %b = memref.alloc() : memref<2xf64>
  %one:2 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %a, %v = %b) -> (memref<2xf64>, memref<2xf64>) {
    %x = memref.load %u[%c0] : memref<2xf64>
    memref.store %x, %v[%c1] : memref<2xf64>
    scf.yield %v, %v : memref<2xf64>, memref<2xf64>
  }
  %two:2 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %a, %v = %a) -> (memref<2xf64>, memref<2xf64>) {
    %x = memref.load %u[%c0] : memref<2xf64>
    memref.store %x, %v[%c1] : memref<2xf64>
    scf.yield %v, %u : memref<2xf64>, memref<2xf64>
  }
  return
}
