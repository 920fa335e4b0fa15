// A table of the caller's: its shadow holds the shadows of its rows, in both modes, and holds on exit of a vjp what it held
// on entry, even if rows were exchanged or replaced. The requests give what the program on plain buffers gives, also if they
// are differentiated again.
// RUN: autodiff-run %s --entry plain --arg 0.7 --arg rand:12:3 --mode check
// RUN: autodiff-run %s --entry by_request --arg 0.7 --arg rand:12:3 --arg zeros:12 --mode check --activity active,dup,const
// RUN: autodiff-run %s --entry difference --arg 0.7 --arg rand:12:3 | FileCheck %s --check-prefix=SAME
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// CHECK-LABEL: func.func private @body.vjp.active.dup
// CHECK-SAME:    (%{{.*}}: f64, %{{.*}}: memref<?xmemref<?xf64>>, %[[S:[a-z0-9]*]]: memref<?xmemref<?xf64>>
// CHECK:         memref.store %{{.*}}, %{{.*}}[%c0]
// CHECK:         %[[BEFORE:.*]] = memref.load %[[S]][%c0]
// CHECK:         memref.store %{{.*}}, %[[S]][%c0]
// CHECK:         memref.store %[[BEFORE]], %[[S]][%c0]
func.func @body(%x: f64, %t: memref<?xmemref<?xf64>>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %t, %c0 : memref<?xmemref<?xf64>>
  %last = arith.subi %n, %c1 : index
  %a = memref.load %t[%c0] : memref<?xmemref<?xf64>>
  %b = memref.load %t[%last] : memref<?xmemref<?xf64>>
  memref.store %b, %t[%c0] : memref<?xmemref<?xf64>>
  memref.store %a, %t[%last] : memref<?xmemref<?xf64>>
  // A fresh row in place of the second.
  %old = memref.load %t[%c1] : memref<?xmemref<?xf64>>
  %m = memref.dim %old, %c0 : memref<?xf64>
  %fresh = memref.alloc(%m) : memref<?xf64>
  memref.copy %old, %fresh : memref<?xf64> to memref<?xf64>
  memref.store %fresh, %t[%c1] : memref<?xmemref<?xf64>>
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %zero) -> f64 {
    %r = memref.load %t[%i] : memref<?xmemref<?xf64>>
    %w = memref.dim %r, %c0 : memref<?xf64>
    %in = scf.for %j = %c0 to %w step %c1 iter_args(%acc2 = %acc) -> f64 {
      %v = memref.load %r[%j] : memref<?xf64>
      %v2 = arith.mulf %v, %v : f64
      %v3 = arith.mulf %v2, %x : f64
      memref.store %v3, %r[%j] : memref<?xf64>
      %e = arith.addf %acc2, %v3 : f64
      %e2 = math.sin %e : f64
      scf.yield %e2 : f64
    }
    scf.yield %in : f64
  }
  // The old one is used once more, and put back.
  %o = memref.load %old[%c0] : memref<?xf64>
  %y = arith.mulf %s, %o : f64
  memref.store %old, %t[%c1] : memref<?xmemref<?xf64>>
  memref.dealloc %fresh : memref<?xf64>
  return %y : f64
}
func.func private @fill(%t: memref<?xmemref<?xf64>>, %v: memref<12xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %o = arith.muli %i, %c4 : index
    %s = memref.reinterpret_cast %v to offset: [%o], sizes: [%c4], strides: [1] : memref<12xf64> to memref<?xf64, strided<[1], offset: ?>>
    %r = memref.alloc(%c4) : memref<?xf64>
    memref.copy %s, %r : memref<?xf64, strided<[1], offset: ?>> to memref<?xf64>
    memref.store %r, %t[%i] : memref<?xmemref<?xf64>>
  }
  return
}
func.func private @drain(%t: memref<?xmemref<?xf64>>, %v: memref<12xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %o = arith.muli %i, %c4 : index
    %s = memref.reinterpret_cast %v to offset: [%o], sizes: [%c4], strides: [1] : memref<12xf64> to memref<?xf64, strided<[1], offset: ?>>
    %r = memref.load %t[%i] : memref<?xmemref<?xf64>>
    memref.copy %r, %s : memref<?xf64> to memref<?xf64, strided<[1], offset: ?>>
    memref.dealloc %r : memref<?xf64>
  }
  return
}
// On plain buffers.
func.func @plain(%x: f64, %v: memref<12xf64>) -> f64 {
  %c3 = arith.constant 3 : index
  %t = memref.alloc(%c3) : memref<?xmemref<?xf64>>
  call @fill(%t, %v) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  %y = call @body(%x, %t) : (f64, memref<?xmemref<?xf64>>) -> f64
  call @drain(%t, %v) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  memref.dealloc %t : memref<?xmemref<?xf64>>
  return %y : f64
}
// Of the gradient of the rows, %g gets what the rows of the shadow hold in the end.
func.func @by_request(%x: f64, %v: memref<12xf64>, %g: memref<12xf64>) -> (f64, f64) {
  %c3 = arith.constant 3 : index
  %one = arith.constant 1.0 : f64
  %t = memref.alloc(%c3) : memref<?xmemref<?xf64>>
  %s = memref.alloc(%c3) : memref<?xmemref<?xf64>>
  call @fill(%t, %v) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  call @fill(%s, %g) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  %y, %b = autodiff.vjp @body(%x, %t, %s, %one) args [active, dup] results [active]
    : (f64, memref<?xmemref<?xf64>>, memref<?xmemref<?xf64>>, f64) -> (f64, f64)
  call @drain(%s, %g) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  call @drain(%t, %v) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  memref.dealloc %t : memref<?xmemref<?xf64>>
  memref.dealloc %s : memref<?xmemref<?xf64>>
  return %y, %b : f64, f64
}
func.func @by_jvp(%x: f64, %v: memref<12xf64>, %x_dot: f64, %g: memref<12xf64>) -> (f64, f64) {
  %c3 = arith.constant 3 : index
  %t = memref.alloc(%c3) : memref<?xmemref<?xf64>>
  %s = memref.alloc(%c3) : memref<?xmemref<?xf64>>
  call @fill(%t, %v) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  call @fill(%s, %g) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  %y, %b = autodiff.jvp @body(%x, %x_dot, %t, %s) args [dup, dup] results [dup]
    : (f64, f64, memref<?xmemref<?xf64>>, memref<?xmemref<?xf64>>) -> (f64, f64)
  call @drain(%s, %g) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  call @drain(%t, %v) : (memref<?xmemref<?xf64>>, memref<12xf64>) -> ()
  memref.dealloc %t : memref<?xmemref<?xf64>>
  memref.dealloc %s : memref<?xmemref<?xf64>>
  return %y, %b : f64, f64
}
// The gradient that the request gives, less that of the program on plain buffers: of %x, and the largest of %v. And the same
// of the tangent for %x.
func.func @difference(%x: f64, %v: memref<12xf64>) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c12 = arith.constant 12 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %copies = memref.alloc() : memref<3x12xf64>
  %shadows = memref.alloc() : memref<3x12xf64>
  scf.for %i = %c0 to %c12 step %c1 {
    %a = memref.load %v[%i] : memref<12xf64>
    %c3 = arith.constant 3 : index
    scf.for %k = %c0 to %c3 step %c1 {
      memref.store %a, %copies[%k, %i] : memref<3x12xf64>
      memref.store %zero, %shadows[%k, %i] : memref<3x12xf64>
    }
  }
  %m0, %g0 = call @pair(%copies, %shadows, %c0) : (memref<3x12xf64>, memref<3x12xf64>, index) -> (memref<12xf64>, memref<12xf64>)
  %m1, %g1 = call @pair(%copies, %shadows, %c1) : (memref<3x12xf64>, memref<3x12xf64>, index) -> (memref<12xf64>, memref<12xf64>)
  %c2 = arith.constant 2 : index
  %m2, %g2 = call @pair(%copies, %shadows, %c2) : (memref<3x12xf64>, memref<3x12xf64>, index) -> (memref<12xf64>, memref<12xf64>)
  %y0, %b0 = call @by_request(%x, %m0, %g0) : (f64, memref<12xf64>, memref<12xf64>) -> (f64, f64)
  %b1 = autodiff.vjp @plain(%x, %m1, %g1, %one) args [active, dup] results [active_noneed]
    : (f64, memref<12xf64>, memref<12xf64>, f64) -> f64
  %y2, %t2 = call @by_jvp(%x, %m2, %one, %g2) : (f64, memref<12xf64>, f64, memref<12xf64>) -> (f64, f64)
  %most = scf.for %i = %c0 to %c12 step %c1 iter_args(%most = %zero) -> f64 {
    %a = memref.load %g0[%i] : memref<12xf64>
    %b = memref.load %g1[%i] : memref<12xf64>
    %d = arith.subf %a, %b : f64
    %e = math.absf %d : f64
    %m = arith.maximumf %e, %most : f64
    scf.yield %m : f64
  }
  %of_x = arith.subf %b0, %b1 : f64
  %of_t = arith.subf %t2, %b1 : f64
  %scaled:3 = call @rounded(%of_x, %most, %of_t) : (f64, f64, f64) -> (f64, f64, f64)
  return %scaled#0, %scaled#1, %scaled#2 : f64, f64, f64
}
func.func private @pair(%copies: memref<3x12xf64>, %shadows: memref<3x12xf64>, %k: index) -> (memref<12xf64>, memref<12xf64>) {
  %m = memref.alloc() : memref<12xf64>
  %g = memref.alloc() : memref<12xf64>
  %a = memref.subview %copies[%k, 0] [1, 12] [1, 1] : memref<3x12xf64> to memref<12xf64, strided<[1], offset: ?>>
  %b = memref.subview %shadows[%k, 0] [1, 12] [1, 1] : memref<3x12xf64> to memref<12xf64, strided<[1], offset: ?>>
  memref.copy %a, %m : memref<12xf64, strided<[1], offset: ?>> to memref<12xf64>
  memref.copy %b, %g : memref<12xf64, strided<[1], offset: ?>> to memref<12xf64>
  return %m, %g : memref<12xf64>, memref<12xf64>
}
// In units of 1e-12, without what is left behind the point.
func.func private @rounded(%a: f64, %b: f64, %c: f64) -> (f64, f64, f64) {
  %unit = arith.constant 1.0e12 : f64
  %a1 = arith.mulf %a, %unit : f64
  %b1 = arith.mulf %b, %unit : f64
  %c1 = arith.mulf %c, %unit : f64
  %a2 = math.trunc %a1 : f64
  %b2 = math.trunc %b1 : f64
  %c2 = math.trunc %c1 : f64
  %a3 = math.absf %a2 : f64
  %b3 = math.absf %b2 : f64
  %c3 = math.absf %c2 : f64
  return %a3, %b3, %c3 : f64, f64, f64
}
// SAME:      result-0
// SAME-SAME:          {{ 0$}}
// SAME:      result-1
// SAME-SAME:          {{ 0$}}
// SAME:      result-2
// SAME-SAME:          {{ 0$}}
