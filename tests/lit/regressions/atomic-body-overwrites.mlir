// An atomic update by a body writes to its buffer: what was read from there before is not read again.
// RUN: autodiff-run %s --entry scale --arg rand:8:1 --arg zeros:8 --arg rand:1:4 --mode check --threads 2
func.func @scale(%x: memref<8xf64>, %y: memref<8xf64>, %count: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    %n = memref.load %count[%c0] : memref<1xi32>
    %v = memref.load %x[%i] : memref<8xf64>
    %factor = arith.sitofp %n : i32 to f64
    %p = arith.mulf %v, %factor : f64
    memref.store %p, %y[%i] : memref<8xf64>
  }
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    %old = memref.generic_atomic_rmw %count[%c0] : memref<1xi32> {
    ^bb0(%o: i32):
      %one = arith.constant 1 : i32
      %square = arith.muli %o, %o : i32
      %next = arith.addi %square, %one : i32
      memref.atomic_yield %next : i32
    }
  }
  return
}
