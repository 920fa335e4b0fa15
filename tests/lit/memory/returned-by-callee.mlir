// A buffer that a callee has allocated, or was given, is no other buffer of the caller: it needs no shadow of its own if
// nothing active is stored there.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-print-aliases -o /dev/null 2>&1 | FileCheck %s --check-prefix=ALIASES
// RUN: autodiff-run %s --entry overwritten --arg 0.6 --arg rand:3:1 --arg 0.4 --mode check --activity active,dup,const
// RUN: autodiff-run %s --entry chosen --arg 0.6 --arg rand:3:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry chosen --arg 0.6 --arg rand:3:1 --arg 0 --mode check
// RUN: autodiff-run %s --entry deeper --arg 0.6 --arg rand:3:1 --mode check
func.func private @make(%x: f64) -> memref<3xf64> attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %m = memref.alloc() : memref<3xf64>
  scf.for %i = %c0 to %c3 step %c1 {
    memref.store %x, %m[%i] : memref<3xf64>
  }
  return %m : memref<3xf64>
}
// All of %m is overwritten, so that what is read elsewhere might be one content of %m or another.
func.func @overwritten(%x: f64, %m: memref<3xf64>, %k: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r = call @make(%k) : (f64) -> memref<3xf64>
  %a = memref.load %m[%c1] : memref<3xf64>
  scf.for %i = %c0 to %c3 step %c1 {
    memref.store %x, %m[%i] : memref<3xf64>
  }
  %b = memref.load %r[%c1] : memref<3xf64>
  %y = arith.mulf %a, %b : f64
  memref.dealloc %r : memref<3xf64>
  return %y : f64
}
// The callee's buffer is made by the callee itself: there is no augmented one.
// CHECK-LABEL: func.func private @overwritten.vjp
// CHECK:         call @make(
// CHECK-NOT:     call @make.augment
// CHECK:         return
// ALIASES-LABEL: @overwritten.vjp
// ALIASES:         class #0: argument
// ALIASES:         class #1: call
// ALIASES-NOT:       may be the same memory
// ALIASES-LABEL: @chosen.vjp
// ALIASES:         class #0: argument, unknown, call
// ALIASES-NOT:     class
func.func @overwritten_gradient(%x: f64, %m: memref<3xf64>, %m_shadow: memref<3xf64>, %k: f64, %bar: f64) -> f64 {
  %x_bar = autodiff.vjp @overwritten(%x, %m, %m_shadow, %k, %bar) args [active, dup, const] results [active_noneed]
    : (f64, memref<3xf64>, memref<3xf64>, f64, f64) -> f64
  return %x_bar : f64
}

// What the callee gives back is what it was given, or a copy.
func.func private @choose(%x: f64, %m: memref<3xf64>, %k: index) -> memref<3xf64> attributes {no_inline} {
  %c1 = arith.constant 1 : index
  %copies = arith.cmpi eq, %k, %c1 : index
  %r = scf.if %copies -> memref<3xf64> {
    %n = memref.alloc() : memref<3xf64>
    memref.copy %m, %n : memref<3xf64> to memref<3xf64>
    scf.yield %n : memref<3xf64>
  } else {
    scf.yield %m : memref<3xf64>
  }
  memref.store %x, %r[%c1] : memref<3xf64>
  return %r : memref<3xf64>
}
func.func @chosen(%x: f64, %m: memref<3xf64>, %k: index) -> f64 {
  %c1 = arith.constant 1 : index
  %r = call @choose(%x, %m, %k) : (f64, memref<3xf64>, index) -> memref<3xf64>
  %a = memref.load %r[%c1] : memref<3xf64>
  memref.store %a, %m[%c1] : memref<3xf64>
  %b = memref.load %r[%c1] : memref<3xf64>
  %y = arith.mulf %a, %b : f64
  return %y : f64
}
func.func @chosen_gradient(%x: f64, %m: memref<3xf64>, %m_shadow: memref<3xf64>, %k: index, %bar: f64) -> f64 {
  %x_bar = autodiff.vjp @chosen(%x, %m, %m_shadow, %k, %bar) args [active, dup, const] results [active_noneed]
    : (f64, memref<3xf64>, memref<3xf64>, index, f64) -> f64
  return %x_bar : f64
}

// One call further down.
func.func private @make_twice(%x: f64) -> (memref<3xf64>, memref<3xf64>) attributes {no_inline} {
  %m = call @make(%x) : (f64) -> memref<3xf64>
  %n = call @make(%x) : (f64) -> memref<3xf64>
  return %m, %n : memref<3xf64>, memref<3xf64>
}
func.func @deeper(%x: f64, %m: memref<3xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %a, %b = call @make_twice(%x) : (f64) -> (memref<3xf64>, memref<3xf64>)
  %v = memref.load %m[%c1] : memref<3xf64>
  memref.store %v, %a[%c1] : memref<3xf64>
  memref.copy %b, %m : memref<3xf64> to memref<3xf64>
  %w = memref.load %a[%c1] : memref<3xf64>
  %u = memref.load %b[%c1] : memref<3xf64>
  %y = arith.mulf %w, %u : f64
  memref.dealloc %a : memref<3xf64>
  memref.dealloc %b : memref<3xf64>
  return %y : f64
}
