// A returned buffer has its shadow behind it, which lives until the pullback; the buffer may be freed before.
// RUN: autodiff-run %s --entry f --arg 0.8 --arg 4 --mode check
// RUN: autodiff-run %s --entry alias --arg rand:3:1 --arg 0.8 --mode check
func.func private @g(%x: f64, %n: index) -> (memref<?xf64>, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = memref.alloc(%n) : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %k = arith.index_cast %i : index to i64
    %f = arith.sitofp %k : i64 to f64
    %p = arith.mulf %f, %x : f64
    %s = math.sin %p : f64
    memref.store %s, %b[%i] : memref<?xf64>
  }
  %u = memref.load %b[%c1] : memref<?xf64>
  %uu = math.exp %u : f64
  return %b, %uu : memref<?xf64>, f64
}
func.func @f(%x: f64, %n: index) -> f64 attributes {autodiff.vjp = @f_vjp} {
  %c1 = arith.constant 1 : index
  %b, %u = call @g(%x, %n) : (f64, index) -> (memref<?xf64>, f64)
  %v = memref.load %b[%c1] : memref<?xf64>
  memref.dealloc %b : memref<?xf64>
  %vu = arith.mulf %v, %u : f64
  return %vu : f64
}
func.func private @f_vjp(%x: f64, %n: index, %bar: f64) -> (f64, f64) {
  %c1 = arith.constant 1 : index
  %b, %b_bar, %u, %tape = autodiff.augment @g(%x, %n) args [active, const] results [dup, active]
    : (f64, index) -> (memref<?xf64>, memref<?xf64>, f64, !autodiff.tape)
  %v = memref.load %b[%c1] : memref<?xf64>
  %zero = arith.constant 0.0 : f64
  memref.store %zero, %b[%c1] : memref<?xf64>
  memref.dealloc %b : memref<?xf64>
  %vu = arith.mulf %v, %u : f64
  %v_bar = arith.mulf %bar, %u : f64
  %u_bar = arith.mulf %bar, %v : f64
  memref.store %v_bar, %b_bar[%c1] : memref<?xf64>
  %x_bar = autodiff.pullback @g(%tape, %u_bar) args [active, const] results [dup, active] : (!autodiff.tape, f64) -> f64
  return %vu, %x_bar : f64, f64
}

// The shadow of a result that is an argument is the shadow of that.
func.func private @scale(%a: memref<3xf64>, %x: f64) -> memref<3xf64> {
  %c2 = arith.constant 2 : index
  %v = memref.load %a[%c2] : memref<3xf64>
  %vx = arith.mulf %v, %x : f64
  memref.store %vx, %a[%c2] : memref<3xf64>
  return %a : memref<3xf64>
}
func.func @alias(%a: memref<3xf64>, %x: f64) -> f64 attributes {autodiff.vjp = @alias_vjp} {
  %c2 = arith.constant 2 : index
  %b = call @scale(%a, %x) : (memref<3xf64>, f64) -> memref<3xf64>
  %v = memref.load %b[%c2] : memref<3xf64>
  %s = math.sin %v : f64
  return %s : f64
}
func.func private @alias_vjp(%a: memref<3xf64>, %a_bar: memref<3xf64>, %x: f64, %bar: f64) -> (f64, f64) {
  %c2 = arith.constant 2 : index
  %b, %b_bar, %tape = autodiff.augment @scale(%a, %a_bar, %x) args [dup, active] results [dup]
    : (memref<3xf64>, memref<3xf64>, f64) -> (memref<3xf64>, memref<3xf64>, !autodiff.tape)
  %v = memref.load %b[%c2] : memref<3xf64>
  %s = math.sin %v : f64
  %c = math.cos %v : f64
  %v_bar = arith.mulf %bar, %c : f64
  autodiff.accumulate %v_bar, %b_bar[%c2] : memref<3xf64>
  %x_bar = autodiff.pullback @scale(%tape) args [dup, active] results [dup] : (!autodiff.tape) -> f64
  return %s, %x_bar : f64, f64
}
