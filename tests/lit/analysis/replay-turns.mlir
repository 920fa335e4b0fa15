// Two buffers that take turns are read again, if what frees them is in the function's own block: it waits for the reverse
// sweep.
// RUN: autodiff-opt %s --autodiff-print-replay=function=f -o /dev/null | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s --check-prefix=CODE
// RUN: autodiff-run %s --entry f --arg rand:5:1 --arg rand:5:2 --arg 3 --mode check
// RUN: autodiff-run %s --entry f --arg rand:5:1 --arg rand:5:2 --arg 0 --mode check
func.func @f(%a: memref<5xf64>, %b: memref<5xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %even = memref.alloc() : memref<5xf64>
  %odd = memref.alloc() : memref<5xf64>
  memref.copy %a, %even : memref<5xf64> to memref<5xf64>
  memref.copy %b, %odd : memref<5xf64> to memref<5xf64>
  %last:2 = scf.for %t = %c0 to %n step %c1 iter_args(%u = %even, %v = %odd) -> (memref<5xf64>, memref<5xf64>) {
    scf.for %i = %c0 to %c5 step %c1 {
      %x = memref.load %u[%i] : memref<5xf64>
      %y = arith.addf %x, %x : f64
      memref.store %y, %v[%i] : memref<5xf64>
    }
    scf.yield %v, %u : memref<5xf64>, memref<5xf64>
  }
  %sum = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %last#0[%i] : memref<5xf64>
    %y = memref.load %last#1[%i] : memref<5xf64>
    %p = arith.mulf %x, %y : f64
    %q = arith.mulf %p, %x : f64
    %t = arith.addf %s, %q : f64
    scf.yield %t : f64
  }
  memref.dealloc %even : memref<5xf64>
  memref.dealloc %odd : memref<5xf64>
  return %sum : f64
}
func.func @gradient(%a: memref<5xf64>, %a_bar: memref<5xf64>, %b: memref<5xf64>, %b_bar: memref<5xf64>, %n: index,
    %bar: f64) {
  autodiff.vjp @f(%a, %a_bar, %b, %b_bar, %n, %bar) args [dup, dup, const] results [active_noneed]
    : (memref<5xf64>, memref<5xf64>, memref<5xf64>, memref<5xf64>, index, f64) -> ()
  return
}
// CHECK:      memref.load at replay-turns.mlir:25:10 of %{{.*}}: replayable
// CHECK-NEXT: memref.load at replay-turns.mlir:26:10 of %{{.*}}: replayable
// CODE-LABEL: func.func private @f.vjp
// CODE:         %[[EVEN:.*]] = memref.alloc() : memref<5xf64>
// CODE:         %[[ODD:.*]] = memref.alloc() : memref<5xf64>
// CODE-NOT:     autodiff.cache
// CODE-NOT:     memref.dealloc
// CODE:         autodiff.accumulate
// CODE:         memref.dealloc %[[EVEN]]
// CODE:         memref.dealloc %[[ODD]]
