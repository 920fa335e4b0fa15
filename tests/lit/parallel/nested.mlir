// Parallel loops inside a sequential loop, with private buffers, a parallel loop and a loop of growing length inside.
// RUN: autodiff-run %s --entry outer_while --arg rand:6:1 --arg 0.7 --mode check
func.func @outer_while(%a: memref<?xf64>, %lim: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %n = memref.dim %a, %c0 : memref<?xf64>
  %r:2 = scf.while (%v = %lim, %m = %c1) : (f64, index) -> (f64, index) {
    %c = arith.cmpi ult, %m, %n : index
    scf.condition(%c) %v, %m : f64, index
  } do {
  ^bb0(%v: f64, %m: index):
    %s = scf.parallel (%i) = (%c0) to (%m) step (%c1) init (%v) -> f64 {
      %tmp = memref.alloc(%m) : memref<?xf64>
      scf.parallel (%j) = (%c0) to (%m) step (%c1) {
        %x = memref.load %a[%j] : memref<?xf64>
        %y = arith.mulf %x, %v : f64
        %z = math.sin %y : f64
        memref.store %z, %tmp[%j] : memref<?xf64>
        scf.reduce
      }
      %acc = scf.for %j = %c0 to %i step %c1 iter_args(%q = %v) -> f64 {
        %t = memref.load %tmp[%j] : memref<?xf64>
        %u = arith.mulf %t, %q : f64
        %w = math.cos %u : f64
        scf.yield %w : f64
      }
      memref.dealloc %tmp : memref<?xf64>
      scf.reduce(%acc : f64) {
      ^bb0(%l: f64, %q: f64):
        %t = arith.addf %l, %q : f64
        scf.reduce.return %t : f64
      }
    }
    %s2 = arith.mulf %s, %half : f64
    %m2 = arith.addi %m, %c1 : index
    scf.yield %s2, %m2 : f64, index
  }
  return %r#0 : f64
}
