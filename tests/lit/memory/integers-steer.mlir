// A buffer of indices says which elements are read and written, and changes meanwhile.
// RUN: autodiff-run %s --entry gather --arg rand:4:1 --mode check
func.func @gather(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %at = memref.alloc() : memref<4xindex>
  scf.for %i = %c0 to %c4 step %c1 {
    %j = arith.subi %c3, %i : index
    memref.store %j, %at[%i] : memref<4xindex>
  }
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%p = %one) -> f64 {
    %j = memref.load %at[%i] : memref<4xindex>
    %x = memref.load %a[%j] : memref<4xf64>
    %q = arith.mulf %p, %x : f64
    %s = math.sin %q : f64
    memref.store %s, %a[%j] : memref<4xf64>
    memref.store %c0, %at[%i] : memref<4xindex>
    scf.yield %s : f64
  }
  memref.dealloc %at : memref<4xindex>
  return %r : f64
}
