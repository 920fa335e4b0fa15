// Loops of unknown length inside iterations whose buffers are distinct.
// RUN: autodiff-run %s --entry inner_while --arg rand:7:1 --arg rand:7:2 --mode check
// RUN: autodiff-run %s --entry csr --arg rand:6:7 --arg rand:16:1 --arg rand:7:2 --mode check
// RUN: autodiff-run %s --entry csr --arg rand:60:7 --arg rand:70:1 --arg rand:70:2 --mode check --threads 2
func.func @inner_while(%a: memref<?xf64> {llvm.noalias}, %b: memref<?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %n = memref.dim %a, %c0 : memref<?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %x = memref.load %a[%i] : memref<?xf64>
    %x1 = arith.addf %x, %one : f64
    %k = scf.while (%v = %x1) : (f64) -> f64 {
      %e = math.exp %v : f64
      %lim = arith.constant 60.0 : f64
      %c = arith.cmpf olt, %e, %lim : f64
      scf.condition(%c) %v : f64
    } do {
    ^bb0(%v: f64):
      %s = math.sin %v : f64
      %w = arith.addf %v, %s : f64
      %u = arith.addf %w, %one : f64
      scf.yield %u : f64
    }
    memref.store %k, %b[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
func.func @csr(%ptr: memref<?xindex> {llvm.noalias}, %a: memref<?xf64> {llvm.noalias}, %b: memref<?xf64> {llvm.noalias}) {
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
