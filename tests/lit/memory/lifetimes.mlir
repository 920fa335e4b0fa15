// Buffers that are allocated in loops, freed early, never freed, and handed out.
// RUN: autodiff-run %s --entry in_loop --arg 0.7 --arg 4 --mode check
// RUN: autodiff-run %s --entry in_loop --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry freed_early --arg 0.7 --mode check
// RUN: autodiff-run %s --entry never_freed --arg 0.7 --mode check
// RUN: autodiff-run %s --entry handed_out --arg 0.7 --arg 3 --mode check
func.func @in_loop(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%p = %x) -> f64 {
    %size = arith.addi %i, %c1 : index
    %b = memref.alloc(%size) : memref<?xf64>
    scf.for %j = %c0 to %size step %c1 {
      %s = math.sin %p : f64
      memref.store %s, %b[%j] : memref<?xf64>
    }
    %l = memref.load %b[%i] : memref<?xf64>
    %q = arith.mulf %l, %x : f64
    memref.dealloc %b : memref<?xf64>
    scf.yield %q : f64
  }
  return %r : f64
}
func.func @freed_early(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %b = memref.alloc() : memref<2xf64>
  memref.store %x, %b[%c0] : memref<2xf64>
  %s = math.sin %x : f64
  memref.store %s, %b[%c1] : memref<2xf64>
  %p = memref.load %b[%c0] : memref<2xf64>
  %q = memref.load %b[%c1] : memref<2xf64>
  memref.dealloc %b : memref<2xf64>
  %y = arith.mulf %p, %q : f64
  %z = math.exp %y : f64
  return %z : f64
}
func.func @never_freed(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %b = memref.alloc() : memref<2xf64>
  %z = scf.for %i = %c0 to %c4 step %c1 iter_args(%p = %x) -> f64 {
    memref.store %p, %b[%c1] : memref<2xf64>
    %q = memref.load %b[%c1] : memref<2xf64>
    %y = arith.mulf %q, %x : f64
    scf.yield %y : f64
  }
  return %z : f64
}
func.func @handed_out(%x: f64, %n: index) -> memref<?xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %b = memref.alloc(%n) : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %k = arith.index_cast %i : index to i64
    %f = arith.sitofp %k : i64 to f64
    %m = arith.mulf %f, %x : f64
    %s = math.sin %m : f64
    memref.store %s, %b[%i] : memref<?xf64>
  }
  return %b : memref<?xf64>
}
