// A row that grows in a loop of unknown length: each time it is another one, and the old one is gone.
// RUN: autodiff-run %s --entry grow --arg rand:8:1 --arg 1 --mode check
// RUN: autodiff-run %s --entry grow --arg rand:8:1 --arg 2 --mode check
// RUN: autodiff-run %s --entry grow --arg rand:8:1 --arg 7 --mode check
func.func @grow(%v: memref<8xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %t = memref.alloc() : memref<2xmemref<?xf64>>
  %first = memref.alloc(%c1) : memref<?xf64>
  %v0 = memref.load %v[%c0] : memref<8xf64>
  memref.store %v0, %first[%c0] : memref<?xf64>
  memref.store %first, %t[%c0] : memref<2xmemref<?xf64>>
  memref.store %first, %t[%c1] : memref<2xmemref<?xf64>>
  %e:2 = scf.while (%i = %c1, %acc = %zero) : (index, f64) -> (index, f64) {
    %go = arith.cmpi ult, %i, %n : index
    scf.condition(%go) %i, %acc : index, f64
  } do {
  ^bb0(%i: index, %acc: f64):
    %old = memref.load %t[%c0] : memref<2xmemref<?xf64>>
    %m = arith.addi %i, %c1 : index
    %new = memref.realloc %old(%m) : memref<?xf64> to memref<?xf64>
    %a = memref.load %v[%i] : memref<8xf64>
    %p = arith.subi %i, %c1 : index
    %b = memref.load %new[%p] : memref<?xf64>
    %ab = arith.mulf %a, %b : f64
    %s = math.sin %ab : f64
    %s1 = arith.addf %s, %a : f64
    memref.store %s1, %new[%i] : memref<?xf64>
    memref.store %new, %t[%c0] : memref<2xmemref<?xf64>>
    %f = arith.addf %acc, %s1 : f64
    %ff = arith.mulf %f, %b : f64
    scf.yield %m, %ff : index, f64
  }
  %last = memref.load %t[%c0] : memref<2xmemref<?xf64>>
  %len = memref.dim %last, %c0 : memref<?xf64>
  %q = arith.subi %len, %c1 : index
  %l = memref.load %last[%q] : memref<?xf64>
  %r = arith.mulf %l, %e#1 : f64
  memref.dealloc %last : memref<?xf64>
  memref.dealloc %t : memref<2xmemref<?xf64>>
  return %r : f64
}
