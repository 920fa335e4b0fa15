// Memory of the function's own: on the heap, kept until the pullback; on the stack, not read again by it.
// RUN: autodiff-run %s --entry f --arg rand:5:1 --arg rand:5:2 --arg 0.4 --mode check
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s

// The buffer on the heap is read again by the pullback, which frees it. What is on the stack is gone by then.
// CHECK-LABEL: func.func private @g.augment
// CHECK:         %[[HEAP:.*]] = memref.alloc() : memref<5xf64>
// CHECK-NOT:     memref.dealloc %[[HEAP]]
// CHECK:         autodiff.pack
// CHECK-LABEL: func.func private @g.pullback
// CHECK:         %[[PARTS:.*]]:{{[0-9]+}} = autodiff.unpack
// CHECK:         memref.load %[[PARTS]]#{{[0-9]+}}[%{{.*}}] : memref<5xf64>
// CHECK:         memref.dealloc %[[PARTS]]#{{[0-9]+}} : memref<5xf64>
func.func private @g(%a: memref<5xf64>, %c: memref<5xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %heap = memref.alloc() : memref<5xf64>
  %stack = memref.alloca() : memref<5xf64>
  scf.for %i = %c0 to %c5 step %c1 {
    %v = memref.load %a[%i] : memref<5xf64>
    %w = memref.load %c[%i] : memref<5xf64>
    %vw = arith.mulf %v, %w : f64
    %s = math.sin %vw : f64
    memref.store %s, %heap[%i] : memref<5xf64>
    %e = math.exp %vw : f64
    memref.store %e, %stack[%i] : memref<5xf64>
    memref.store %s, %c[%i] : memref<5xf64>
  }
  %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%sum = %x) -> f64 {
    %h = memref.load %heap[%i] : memref<5xf64>
    %k = memref.load %stack[%i] : memref<5xf64>
    %d = memref.load %c[%i] : memref<5xf64>
    %hk = arith.mulf %h, %k : f64
    %hkd = arith.mulf %hk, %d : f64
    %p = arith.mulf %hkd, %sum : f64
    %q = math.cos %p : f64
    %t = arith.addf %sum, %q : f64
    scf.yield %t : f64
  }
  memref.dealloc %heap : memref<5xf64>
  return %r : f64
}
func.func private @smash(%a: memref<5xf64>, %x: f64) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  scf.for %i = %c0 to %c5 step %c1 {
    memref.store %x, %a[%i] : memref<5xf64>
  }
  return
}
func.func @f(%a: memref<5xf64>, %c: memref<5xf64>, %x: f64) -> f64 attributes {autodiff.vjp = @f_vjp} {
  %scratch = memref.alloc() : memref<5xf64>
  memref.copy %c, %scratch : memref<5xf64> to memref<5xf64>
  %ten = arith.constant 10.0 : f64
  %y = call @g(%a, %scratch, %x) : (memref<5xf64>, memref<5xf64>, f64) -> f64
  call @smash(%a, %ten) : (memref<5xf64>, f64) -> ()
  memref.dealloc %scratch : memref<5xf64>
  return %y : f64
}
func.func private @f_vjp(%a: memref<5xf64>, %a_bar: memref<5xf64>, %c: memref<5xf64>, %c_bar: memref<5xf64>, %x: f64, %bar: f64) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %ten = arith.constant 10.0 : f64
  %zero = arith.constant 0.0 : f64
  %scratch = memref.alloc() : memref<5xf64>
  %scratch_bar = autodiff.shadow() : memref<5xf64>
  memref.copy %c, %scratch : memref<5xf64> to memref<5xf64>
  %y, %tape = autodiff.augment @g(%a, %a_bar, %scratch, %scratch_bar, %x) args [dup, dup, active] results [active]
    : (memref<5xf64>, memref<5xf64>, memref<5xf64>, memref<5xf64>, f64) -> (f64, !autodiff.tape)
  call @smash(%a, %ten) : (memref<5xf64>, f64) -> ()
  memref.dealloc %scratch : memref<5xf64>
  // The reverse of what overwrites all of the buffer.
  call @smash(%a_bar, %zero) : (memref<5xf64>, f64) -> ()
  %x_bar = autodiff.pullback @g(%tape, %bar) args [dup, dup, active] results [active] : (!autodiff.tape, f64) -> f64
  scf.for %i = %c0 to %c5 step %c1 {
    %t = memref.load %scratch_bar[%i] : memref<5xf64>
    autodiff.accumulate %t, %c_bar[%i] : memref<5xf64>
  }
  memref.dealloc %scratch_bar : memref<5xf64>
  return %y, %x_bar : f64, f64
}
