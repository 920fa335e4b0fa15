// Rows that iterations running in parallel allocate, share and free.
// RUN: autodiff-run %s --entry parallel --arg rand:8:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry parallel --arg rand:8:1 --arg 0.3 --mode check --threads 2
func.func @parallel(%v: memref<8xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f64
  %t = memref.alloc() : memref<8xmemref<?xf64>>
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    %n = arith.addi %i, %c1 : index
    %r = memref.alloc(%n) : memref<?xf64>
    scf.for %j = %c0 to %n step %c1 {
      %a = memref.load %v[%j] : memref<8xf64>
      %b = arith.mulf %a, %x : f64
      memref.store %b, %r[%j] : memref<?xf64>
    }
    memref.store %r, %t[%i] : memref<8xmemref<?xf64>>
    scf.reduce
  }
  %s = scf.parallel (%i) = (%c0) to (%c8) step (%c1) init (%zero) -> f64 {
    %q = arith.remui %i, %c1 : index
    %r = memref.load %t[%i] : memref<8xmemref<?xf64>>
    %o = memref.load %t[%q] : memref<8xmemref<?xf64>>
    %a = memref.load %r[%i] : memref<?xf64>
    %b = memref.load %o[%c0] : memref<?xf64>
    %p = arith.mulf %a, %b : f64
    %e = math.exp %p : f64
    scf.reduce(%e : f64) {
    ^bb0(%l: f64, %m: f64):
      %z = arith.addf %l, %m : f64
      scf.reduce.return %z : f64
    }
  }
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    %r = memref.load %t[%i] : memref<8xmemref<?xf64>>
    memref.dealloc %r : memref<?xf64>
    scf.reduce
  }
  memref.dealloc %t : memref<8xmemref<?xf64>>
  return %s : f64
}
