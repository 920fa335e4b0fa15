// An exponential of what an inner loop loads again and again is cached for each trip of the outer loop only.
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=outer results=active_noneed" -o /dev/null | FileCheck %s --check-prefix=OUTER
// RUN: autodiff-run %s --entry outer --arg rand:5:1 --mode check
// RUN: autodiff-opt %s --autodiff-wrap="function=outer results=active_noneed" --autodiff-differentiate | FileCheck %s
// All trips of the inner loop save the same in the same slot, of plain memory: the slots of a cache are filled once.
// CHECK-LABEL: func.func private @outer.vjp
// CHECK:         %[[EXPS:.*]] = memref.alloc() : memref<5xf64>
// CHECK-NOT:     autodiff.cache
// CHECK:         scf.for %[[I:[^ ]*]] =
// CHECK:           scf.for
// CHECK:             memref.store %{{.*}}, %[[EXPS]][%[[I]]]
func.func @outer(%a: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %inner = scf.for %j = %c0 to %c7 step %c1 iter_args(%u = %s) -> f64 {
      %x = memref.load %a[%i] : memref<5xf64>
      %e = math.exp %x : f64
      %y = memref.load %a[%c0] : memref<5xf64>
      %p = arith.mulf %e, %y : f64
      %t = arith.addf %u, %p : f64
      scf.yield %t : f64
    }
    scf.yield %inner : f64
  }
  return %sum : f64
}
// OUTER: math.exp at {{.*}}: cached, 8 bytes x 5{{$}}
// OUTER: total: 40 bytes
