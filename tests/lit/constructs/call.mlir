// Calls: of a callee with several results, with memory, twice, nested, and from a loop.
// RUN: autodiff-run %s --entry twice --arg 0.7 --mode check
// RUN: autodiff-run %s --entry with_memory --arg rand:4:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry in_loop --arg rand:5:2 --mode check
// RUN: autodiff-run %s --entry inactive_callee --arg 0.7 --arg 4 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=twice --autodiff-differentiate --autodiff-lower | FileCheck %s
// CHECK-NOT: autodiff.
func.func private @polar(%r: f64, %t: f64) -> (f64, f64) {
  %c = math.cos %t : f64
  %s = math.sin %t : f64
  %x = arith.mulf %r, %c : f64
  %y = arith.mulf %r, %s : f64
  return %x, %y : f64, f64
}
func.func @twice(%x: f64) -> f64 {
  %a:2 = func.call @polar(%x, %x) : (f64, f64) -> (f64, f64)
  %b:2 = func.call @polar(%a#1, %a#0) : (f64, f64) -> (f64, f64)
  %y = arith.addf %b#0, %b#1 : f64
  return %y : f64
}
func.func private @scale(%a: memref<?xf64>, %f: f64, %i: index) -> f64 {
  %x = memref.load %a[%i] : memref<?xf64>
  %y = arith.mulf %x, %f : f64
  memref.store %y, %a[%i] : memref<?xf64>
  return %x : f64
}
func.func @with_memory(%a: memref<?xf64>, %f: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = func.call @scale(%a, %f, %c0) : (memref<?xf64>, f64, index) -> f64
  %y = func.call @scale(%a, %x, %c1) : (memref<?xf64>, f64, index) -> f64
  %z = func.call @scale(%a, %y, %c0) : (memref<?xf64>, f64, index) -> f64
  return %z : f64
}
func.func @in_loop(%a: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %cast = memref.cast %a : memref<5xf64> to memref<?xf64>
  %one = arith.constant 1.0 : f64
  %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %one) -> f64 {
    %x = func.call @scale(%cast, %s, %i) : (memref<?xf64>, f64, index) -> f64
    %y:2 = func.call @polar(%x, %s) : (f64, f64) -> (f64, f64)
    %z = func.call @scale(%cast, %y#0, %c0) : (memref<?xf64>, f64, index) -> f64
    %next = arith.addf %z, %y#1 : f64
    scf.yield %next : f64
  }
  return %r : f64
}
func.func private @next(%i: i64) -> i64 {
  %one = arith.constant 1 : i64
  %j = arith.addi %i, %one : i64
  return %j : i64
}
func.func @inactive_callee(%x: f64, %i: i64) -> f64 {
  %j = func.call @next(%i) : (i64) -> i64
  %n = arith.sitofp %j : i64 to f64
  %y = arith.mulf %x, %n : f64
  %z = math.sin %y : f64
  return %z : f64
}
