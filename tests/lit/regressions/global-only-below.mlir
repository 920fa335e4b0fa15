// A function that hands a global on need not use it itself: recursive callees do, and callees deep down.
// RUN: autodiff-run %s --entry above --arg 0.7 --mode check
// RUN: autodiff-run %s --entry slope --arg 0.7 --mode check
// RUN: autodiff-run %s --entry in_parallel --arg rand:4:1 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry above --arg 2 --mode vjp | FileCheck %s
// The product of x^k for k = 1 to 4, times a half: x^10 / 2, whose slope at 2 is 5 * 2^9.
// CHECK: result-0 {{.*}} 512{{$}}
// CHECK: grad-arg-0 {{.*}} 2560{{$}}
memref.global "private" @power : memref<f64> = uninitialized
memref.global "private" @product : memref<1xf64> = uninitialized
func.func private @reset() attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %power = memref.get_global @power : memref<f64>
  %product = memref.get_global @product : memref<1xf64>
  memref.store %one, %power[] : memref<f64>
  memref.store %half, %product[%c0] : memref<1xf64>
  return
}
func.func private @times(%x: f64, %n: i32) -> f64 {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %power = memref.get_global @power : memref<f64>
  %product = memref.get_global @product : memref<1xf64>
  %before = memref.load %power[] : memref<f64>
  %after = arith.mulf %before, %x : f64
  memref.store %after, %power[] : memref<f64>
  %factor = memref.load %product[%c0] : memref<1xf64>
  %next = arith.mulf %factor, %after : f64
  memref.store %next, %product[%c0] : memref<1xf64>
  %m = arith.subi %n, %one : i32
  %more = arith.cmpi sgt, %m, %zero : i32
  %r = scf.if %more -> f64 {
    %below = func.call @times(%x, %m) : (f64, i32) -> f64
    scf.yield %below : f64
  } else {
    scf.yield %next : f64
  }
  return %r : f64
}
func.func @above(%x: f64) -> f64 {
  %n = arith.constant 4 : i32
  call @reset() : () -> ()
  %r = call @times(%x, %n) : (f64, i32) -> f64
  return %r : f64
}
func.func @slope(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %d = autodiff.vjp @above(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  return %d : f64
}
memref.global "private" @slots : memref<4xf64> = uninitialized
func.func private @fill(%i: index, %x: f64, %n: i32) {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %slots = memref.get_global @slots : memref<4xf64>
  %more = arith.cmpi sgt, %n, %zero : i32
  scf.if %more {
    %m = arith.subi %n, %one : i32
    %y = math.sin %x : f64
    func.call @fill(%i, %y, %m) : (index, f64, i32) -> ()
    %v = memref.load %slots[%i] : memref<4xf64>
    %w = arith.mulf %v, %x : f64
    memref.store %w, %slots[%i] : memref<4xf64>
  } else {
    memref.store %x, %slots[%i] : memref<4xf64>
  }
  return
}
func.func private @read(%i: index, %n: i32) -> f64 {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %slots = memref.get_global @slots : memref<4xf64>
  %v = memref.load %slots[%i] : memref<4xf64>
  %more = arith.cmpi sgt, %n, %zero : i32
  %r = scf.if %more -> f64 {
    %m = arith.subi %n, %one : i32
    %below = func.call @read(%i, %m) : (index, i32) -> f64
    %w = arith.mulf %v, %below : f64
    scf.yield %w : f64
  } else {
    scf.yield %v : f64
  }
  return %r : f64
}
func.func @in_parallel(%a: memref<4xf64>, %x: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %two = arith.constant 2 : i32
  scf.parallel (%i) = (%c0) to (%c4) step (%c1) {
    %v = memref.load %a[%i] : memref<4xf64>
    %w = arith.mulf %v, %x : f64
    func.call @fill(%i, %w, %two) : (index, f64, i32) -> ()
    %r = func.call @read(%i, %two) : (index, i32) -> f64
    memref.store %r, %a[%i] : memref<4xf64>
    scf.reduce
  }
  return
}
