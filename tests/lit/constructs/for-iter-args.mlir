// Carried values of every kind at once: active, inactive, an integer, a buffer; and a swap of two of them.
// RUN: autodiff-run %s --entry mixed --arg 0.8 --arg 0.3 --arg 4 --mode check
// RUN: autodiff-run %s --entry mixed --arg 0.8 --arg 0.3 --arg 4 --activity active,const,const --mode check
// RUN: autodiff-run %s --entry swap --arg 0.8 --arg 1.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry swap --arg 0.8 --arg 1.7 --arg 4 --mode check
// RUN: autodiff-run %s --entry swap --arg 0.8 --arg 1.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry pingpong --arg rand:3:1 --arg zeros:3 --arg 3 --mode check
// RUN: autodiff-run %s --entry pingpong --arg rand:3:1 --arg rand:3:2 --arg 4 --mode check
func.func @mixed(%x: f64, %w: f64, %n: index) -> (f64, f64, i64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %count = arith.constant 3 : i64
  %seven = arith.constant 7 : i64
  %y:3 = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x, %time = %zero, %k = %count) -> (f64, f64, i64) {
    %f = arith.sitofp %k : i64 to f64
    %next_k = arith.remsi %k, %seven : i64
    %kk = arith.addi %next_k, %count : i64
    %sf = arith.mulf %s, %f : f64
    %sin = math.sin %sf : f64
    %ws = arith.mulf %w, %sin : f64
    %next = arith.addf %ws, %time : f64
    %dt = arith.constant 0.125 : f64
    %later = arith.addf %time, %dt : f64
    scf.yield %next, %later, %kk : f64, f64, i64
  }
  return %y#0, %y#1, %y#2 : f64, f64, i64
}
func.func @swap(%x: f64, %z: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %z) -> (f64, f64) {
    %c = math.sin %a : f64
    scf.yield %b, %c : f64, f64
  }
  return %y#0 : f64
}
// Two buffers in turn, as in a stencil.
func.func @pingpong(%a: memref<3xf64>, %b: memref<3xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%from = %a, %to = %b) -> (memref<3xf64>, memref<3xf64>) {
    scf.for %j = %c0 to %c3 step %c1 {
      %next = arith.addi %j, %c1 : index
      %k = arith.remui %next, %c3 : index
      %u = memref.load %from[%j] : memref<3xf64>
      %v = memref.load %from[%k] : memref<3xf64>
      %uv = arith.mulf %u, %v : f64
      %s = math.sin %uv : f64
      memref.store %s, %to[%j] : memref<3xf64>
    }
    scf.yield %to, %from : memref<3xf64>, memref<3xf64>
  }
  %y = memref.load %r#0[%c1] : memref<3xf64>
  return %y : f64
}
