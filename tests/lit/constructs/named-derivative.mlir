// A function that names its derivative is called through it; side effects of the primal happen once.
// RUN: autodiff-run %s --entry f --arg 0.4 --arg 3 --mode check
// RUN: autodiff-run %s --entry g --arg rand:3:1 --arg 0.4 --arg 3 --mode check
// RUN: autodiff-run %s --entry sq --arg 0.4 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s

// CHECK-LABEL: func.func private @f.vjp
// CHECK:         call @sq(
// CHECK:         call @sq_vjp(
func.func private @sq(%x: f64) -> f64 attributes {autodiff.vjp = @sq_vjp, autodiff.jvp = @sq_jvp} {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
func.func private @sq_vjp(%x: f64, %yb: f64) -> (f64, f64) {
  %y = arith.mulf %x, %x : f64
  %t = arith.constant 2.0 : f64
  %a = arith.mulf %t, %x : f64
  %b = arith.mulf %a, %yb : f64
  return %y, %b : f64, f64
}
func.func private @sq_jvp(%x: f64, %xd: f64) -> (f64, f64) {
  %y = arith.mulf %x, %x : f64
  %t = arith.constant 2.0 : f64
  %a = arith.mulf %t, %x : f64
  %b = arith.mulf %a, %xd : f64
  return %y, %b : f64, f64
}
func.func @f(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %h = arith.constant 0.9 : f64
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> f64 {
    %s = func.call @sq(%a) : (f64) -> f64
    %t = arith.addf %s, %h : f64
    scf.yield %t : f64
  }
  return %r : f64
}
// m[0] *= m[1] * x
func.func private @upd(%m: memref<?xf64>, %x: f64) attributes {autodiff.vjp = @upd_vjp, autodiff.jvp = @upd_jvp} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.load %m[%c0] : memref<?xf64>
  %b = memref.load %m[%c1] : memref<?xf64>
  %c = arith.mulf %a, %b : f64
  %d = arith.mulf %c, %x : f64
  memref.store %d, %m[%c0] : memref<?xf64>
  return
}
func.func private @upd_vjp(%m: memref<?xf64>, %ms: memref<?xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.load %m[%c0] : memref<?xf64>
  %b = memref.load %m[%c1] : memref<?xf64>
  %c = arith.mulf %a, %b : f64
  %d = arith.mulf %c, %x : f64
  memref.store %d, %m[%c0] : memref<?xf64>
  %s = memref.load %ms[%c0] : memref<?xf64>
  %bx = arith.mulf %b, %x : f64
  %ax = arith.mulf %a, %x : f64
  %sa = arith.mulf %s, %bx : f64
  %sb = arith.mulf %s, %ax : f64
  %sx = arith.mulf %s, %c : f64
  memref.store %sa, %ms[%c0] : memref<?xf64>
  %o = memref.load %ms[%c1] : memref<?xf64>
  %p = arith.addf %o, %sb : f64
  memref.store %p, %ms[%c1] : memref<?xf64>
  return %sx : f64
}
func.func private @upd_jvp(%m: memref<?xf64>, %ms: memref<?xf64>, %x: f64, %xd: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.load %m[%c0] : memref<?xf64>
  %b = memref.load %m[%c1] : memref<?xf64>
  %ad = memref.load %ms[%c0] : memref<?xf64>
  %bd = memref.load %ms[%c1] : memref<?xf64>
  %c = arith.mulf %a, %b : f64
  %d = arith.mulf %c, %x : f64
  memref.store %d, %m[%c0] : memref<?xf64>
  %1 = arith.mulf %ad, %b : f64
  %2 = arith.mulf %1, %x : f64
  %3 = arith.mulf %a, %bd : f64
  %4 = arith.mulf %3, %x : f64
  %5 = arith.mulf %c, %xd : f64
  %6 = arith.addf %2, %4 : f64
  %7 = arith.addf %6, %5 : f64
  memref.store %7, %ms[%c0] : memref<?xf64>
  return
}
func.func @g(%m: memref<?xf64>, %x: f64, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    func.call @upd(%m, %x) : (memref<?xf64>, f64) -> ()
  }
  return
}
