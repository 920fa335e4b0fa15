// Recursive calls in a counted loop and in a while, with a buffer of their own for each level.
// RUN: autodiff-run %s --entry nest --arg rand:4:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry nest --arg rand:4:1 --arg 0 --mode check
func.func @nest(%a: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %d = memref.dim %a, %c0 : memref<?xf64>
  %tmp = memref.alloc(%d) : memref<?xf64>
  scf.for %i = %c0 to %d step %c1 {
    %v = memref.load %a[%i] : memref<?xf64>
    %s = math.cos %v : f64
    memref.store %s, %tmp[%i] : memref<?xf64>
  }
  %done = arith.cmpi sle, %n, %c0 : index
  %r = scf.if %done -> f64 {
    %v = memref.load %tmp[%c1] : memref<?xf64>
    scf.yield %v : f64
  } else {
    %m = arith.subi %n, %c1 : index
    %t = scf.for %i = %c0 to %c2 step %c1 iter_args(%s = %zero) -> f64 {
      %p = func.call @nest(%tmp, %m) : (memref<?xf64>, index) -> f64
      %v = memref.load %tmp[%i] : memref<?xf64>
      %vp = arith.mulf %v, %p : f64
      memref.store %vp, %tmp[%i] : memref<?xf64>
      %u = arith.addf %s, %vp : f64
      scf.yield %u : f64
    }
    %lim = arith.constant 0.3 : f64
    %w = scf.while (%e = %t) : (f64) -> f64 {
      %abs = math.absf %e : f64
      %c = arith.cmpf ogt, %abs, %lim : f64
      scf.condition(%c) %e : f64
    } do {
    ^bb0(%e: f64):
      %half = arith.constant 0.5 : f64
      %q = func.call @nest(%tmp, %c0) : (memref<?xf64>, index) -> f64
      %eq = arith.mulf %e, %q : f64
      %f = arith.mulf %eq, %half : f64
      scf.yield %f : f64
    }
    scf.yield %w : f64
  }
  memref.dealloc %tmp : memref<?xf64>
  return %r : f64
}
