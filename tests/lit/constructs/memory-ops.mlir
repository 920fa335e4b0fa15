// Globals, alloca_scope, atomic updates in sequential code, realloc, distinct objects, and calls of the C library.
// RUN: autodiff-run %s --entry glob --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry scope --arg 0.3 --arg 4 --mode check
// RUN: autodiff-run %s --entry atom --arg rand:4:1 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry realloc --arg 0.3 --arg 4 --mode check
// RUN: autodiff-run %s --entry libm --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry dist --arg rand:4:1 --arg rand:4:2 --mode check
memref.global "private" @state : memref<4xf64> = dense<0.0>
func.func private @sin(f64) -> f64
func.func private @powf(f32, f32) -> f32
func.func @glob(%x: f64, %y: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %g = memref.get_global @state : memref<4xf64>
  scf.for %i = %c0 to %c4 step %c1 { 
    %h = memref.get_global @state : memref<4xf64>
    %s = math.sin %x : f64
    memref.store %s, %h[%i] : memref<4xf64> }
  %v = memref.load %g[%c1] : memref<4xf64>
  %u = arith.mulf %v, %y : f64
  return %u : f64
}
func.func @scope(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %r = scf.for %k = %c0 to %n step %c1 iter_args(%z = %x) -> f64 {
  %r = memref.alloca_scope -> (f64) {
    %a = memref.alloca(%n) : memref<?xf64>
    scf.for %i = %c0 to %n step %c1 { 
      %s = math.sin %z : f64
      memref.store %s, %a[%i] : memref<?xf64> }
    %v = memref.load %a[%c1] : memref<?xf64>
    %u = arith.mulf %v, %x : f64
    memref.alloca_scope.return %u : f64
  }
  scf.yield %r : f64 }
  return %r : f64
}
func.func @atom(%m: memref<?xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = memref.atomic_rmw mulf %x, %m[%c0] : (f64, memref<?xf64>) -> f64
  %r2 = memref.generic_atomic_rmw %m[%c1] : memref<?xf64> {
  ^bb0(%c: f64):
    %s = arith.mulf %c, %c : f64
    %t = arith.mulf %s, %r : f64
    memref.atomic_yield %t : f64
  }
  memref.atomic_rmw maximumf %x, %m[%c1] : (f64, memref<?xf64>) -> f64
  return %r : f64
}
func.func @realloc(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %a = memref.alloc(%c2) : memref<?xf64>
  memref.store %x, %a[%c0] : memref<?xf64>
  %b = memref.realloc %a(%n) : memref<?xf64> to memref<?xf64>
  %v = memref.load %b[%c0] : memref<?xf64>
  %w = arith.mulf %v, %v : f64
  memref.dealloc %b : memref<?xf64>
  return %w : f64
}
func.func @libm(%x: f64, %y: f32) -> (f64, f32) {
  %a = call @sin(%x) : (f64) -> f64
  %b = call @powf(%y, %y) : (f32, f32) -> f32
  return %a, %b : f64, f32
}
func.func @dist(%x: memref<4xf64>, %y: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %a, %b = memref.distinct_objects %x, %y : memref<4xf64>, memref<4xf64>
  %v = memref.load %a[%c0] : memref<4xf64>
  %w = arith.mulf %v, %v : f64
  memref.store %w, %b[%c2] : memref<4xf64>
  return
}
