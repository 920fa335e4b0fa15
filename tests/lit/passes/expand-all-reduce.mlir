// A reduction by a body becomes a tree whose steps meet at barriers; sums, products and extrema stay.
// RUN: autodiff-opt %s --autodiff-expand-all-reduce --canonicalize | FileCheck %s
// RUN: autodiff-run %s --entry reduce --arg rand:12:1 --arg zeros:12 --arg zeros:12 --target gpu-host --mode check

// CHECK-LABEL: func.func @reduce(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<12xf64>, %[[Y:[a-z0-9]+]]: memref<12xf64>, %{{.*}}: memref<12xf64>)
// CHECK:         gpu.launch blocks(%[[B:.*]], %{{.*}}, %{{.*}}) in {{.*}} threads(%[[T:.*]], %[[U:.*]], %{{.*}}) in
// One buffer for both, and four steps for twelve threads.
// CHECK-SAME:    workgroup(%[[BUFFER:.*]] : memref<12xf64, #gpu.address_space<workgroup>>) {
// CHECK:         %[[V:.*]] = memref.load %[[X]]
// CHECK:         memref.store %[[V]], %[[BUFFER]][%[[NUMBER:.*]]]
// CHECK-NEXT:    scf.for %[[K:.*]] = %c0{{.*}} to %c4{{.*}} step %c1{{.*}} {
// CHECK-NEXT:      gpu.barrier
// CHECK-NEXT:      %[[DISTANCE:.*]] = arith.shli %c1{{.*}}, %[[K]]
// CHECK-NEXT:      %[[OTHER:.*]] = arith.addi %[[NUMBER]], %[[DISTANCE]]
// CHECK-NEXT:      %[[TWICE:.*]] = arith.addi %[[DISTANCE]], %[[DISTANCE]]
// CHECK-NEXT:      %[[REST:.*]] = arith.remui %[[NUMBER]], %[[TWICE]]
// CHECK-NEXT:      %[[LEADS:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK-NEXT:      %[[EXISTS:.*]] = arith.cmpi ult, %[[OTHER]], %c12
// CHECK-NEXT:      %[[BOTH:.*]] = arith.andi %[[LEADS]], %[[EXISTS]]
// CHECK-NEXT:      scf.if %[[BOTH]] {
// CHECK-NEXT:        %[[ONE:.*]] = memref.load %[[BUFFER]][%[[NUMBER]]]
// CHECK-NEXT:        %[[TWO:.*]] = memref.load %[[BUFFER]][%[[OTHER]]]
// CHECK-NEXT:        %[[PRODUCT:.*]] = arith.mulf %[[ONE]], %[[TWO]]
// CHECK-NEXT:        %[[SUM:.*]] = arith.addf %[[ONE]], %[[TWO]]
// CHECK-NEXT:        %[[ALL:.*]] = arith.addf %[[SUM]], %[[PRODUCT]]
// CHECK-NEXT:        memref.store %[[ALL]], %[[BUFFER]][%[[NUMBER]]]
// CHECK:         gpu.barrier
// CHECK-NEXT:    %[[R:.*]] = memref.load %[[BUFFER]][%c0{{.*}}]
// CHECK-NEXT:    gpu.barrier
// CHECK:         gpu.all_reduce add %[[R]]
// CHECK:         memref.store %{{.*}}, %[[BUFFER]]
// CHECK:         scf.for
// CHECK-NOT:     gpu.all_reduce
func.func @reduce(%x: memref<12xf64>, %y: memref<12xf64>, %z: memref<12xf64>) {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c3, %sy = %c4, %sz = %c1) {
    %row = arith.muli %ty, %c3 : index
    %t = arith.addi %row, %tx : index
    %v = memref.load %x[%t] : memref<12xf64>
    %r = gpu.all_reduce %v {
    ^bb0(%a: f64, %b: f64):
      %ab = arith.mulf %a, %b : f64
      %sum = arith.addf %a, %b : f64
      %all = arith.addf %sum, %ab : f64
      gpu.yield %all : f64
    } : (f64) -> f64
    %s = gpu.all_reduce add %r {} : (f64) -> f64
    %p = arith.mulf %s, %v : f64
    memref.store %p, %y[%t] : memref<12xf64>
    %q = gpu.all_reduce %p {
    ^bb0(%a: f64, %b: f64):
      %aa = arith.mulf %a, %a : f64
      %bb = arith.mulf %b, %b : f64
      %ab = arith.addf %aa, %bb : f64
      %root = math.sqrt %ab : f64
      gpu.yield %root : f64
    } : (f64) -> f64
    memref.store %q, %z[%t] : memref<12xf64>
    gpu.terminator
  }
  return
}
