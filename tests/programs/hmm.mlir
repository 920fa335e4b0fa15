// The forward algorithm of a hidden Markov model in logarithms: two buffers in turn, observations as integers, a
// log-sum-exp of every column. Log-likelihood of a sequence by logits.
// RUN: autodiff-run %s --entry likelihood --arg rand:3:1 --arg rand:3x3:2 --arg rand:3x8:3 --arg rand:9:4 --mode check
// RUN: autodiff-run %s --entry likelihood --arg rand:2:1 --arg rand:2x2:2 --arg rand:2x8:3 --arg rand:1:4 --mode check
func.func @likelihood(%start: memref<?xf64>, %transition: memref<?x?xf64>, %emission: memref<?x8xf64>, %seen: memref<?xi32>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %start, %c0 : memref<?xf64>
  %length = memref.dim %seen, %c0 : memref<?xi32>
  %a = memref.alloc(%n) : memref<?xf64>
  %b = memref.alloc(%n) : memref<?xf64>
  %first = memref.load %seen[%c0] : memref<?xi32>
  %o = arith.index_cast %first : i32 to index
  scf.for %i = %c0 to %n step %c1 {
    %s = memref.load %start[%i] : memref<?xf64>
    %e = memref.load %emission[%i, %o] : memref<?x8xf64>
    %p = arith.addf %s, %e : f64
    memref.store %p, %a[%i] : memref<?xf64>
  }
  %last:2 = scf.for %t = %c1 to %length step %c1 iter_args(%from = %a, %to = %b) -> (memref<?xf64>, memref<?xf64>) {
    %symbol = memref.load %seen[%t] : memref<?xi32>
    %k = arith.index_cast %symbol : i32 to index
    scf.for %j = %c0 to %n step %c1 {
      %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
        %x = memref.load %from[%i] : memref<?xf64>
        %w = memref.load %transition[%i, %j] : memref<?x?xf64>
        %xw = arith.addf %x, %w : f64
        %exp = math.exp %xw : f64
        %u = arith.addf %s, %exp : f64
        scf.yield %u : f64
      }
      %log = math.log %sum : f64
      %e = memref.load %emission[%j, %k] : memref<?x8xf64>
      %p = arith.addf %log, %e : f64
      memref.store %p, %to[%j] : memref<?xf64>
    }
    scf.yield %to, %from : memref<?xf64>, memref<?xf64>
  }
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %last#0[%i] : memref<?xf64>
    %exp = math.exp %x : f64
    %u = arith.addf %s, %exp : f64
    scf.yield %u : f64
  }
  %y = math.log %sum : f64
  memref.dealloc %a : memref<?xf64>
  memref.dealloc %b : memref<?xf64>
  return %y : f64
}
