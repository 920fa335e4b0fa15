// Inner loops whose bounds differ by iteration and are read from memory.
// RUN: autodiff-run %s --entry csr --arg rand:6:7 --arg rand:16:1 --arg rand:7:2 --mode check
func.func @csr(%ptr: memref<?xindex>, %a: memref<?xf64>, %b: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %n0 = memref.dim %ptr, %c0 : memref<?xindex>
  %n = arith.subi %n0, %c1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %lo = memref.load %ptr[%i] : memref<?xindex>
    %hi = arith.addi %lo, %c1 : index
    %hi2 = arith.addi %hi, %i : index
    %k = scf.for %j = %lo to %hi2 step %c1 iter_args(%v = %one) -> f64 {
      %x = memref.load %a[%j] : memref<?xf64>
      %y = arith.mulf %x, %v : f64
      %z = math.sin %y : f64
      %w = arith.addf %z, %one : f64
      scf.yield %w : f64
    }
    memref.store %k, %b[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
