// Two buffers from outside may be the same memory: a buffer that was overwritten by constants varies again when the other
// is written, and what is read through the other is what was stored in the first.
// RUN: autodiff-run %s --entry written_by_the_other --arg 0.6 --arg rand:3:6 --mode check
// RUN: autodiff-run %s --entry read_by_the_other --arg 0.6 --arg rand:3:6 --mode check
memref.global "private" constant @table : memref<3xf64> = dense<[0.3, -0.8, 1.2]>

func.func private @write(%x: f64, %a: memref<3xf64>, %b: memref<3xf64>) -> f64 attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %table = memref.get_global @table : memref<3xf64>
  memref.copy %table, %a : memref<3xf64> to memref<3xf64>
  memref.store %x, %b[%c1] : memref<3xf64>
  %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %x) -> f64 {
    %v = memref.load %a[%i] : memref<3xf64>
    %w = arith.mulf %v, %v : f64
    memref.store %w, %a[%i] : memref<3xf64>
    %t = arith.addf %s, %w : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
func.func @written_by_the_other(%x: f64, %m: memref<3xf64>) -> f64 {
  %y = call @write(%x, %m, %m) : (f64, memref<3xf64>, memref<3xf64>) -> f64
  return %y : f64
}

func.func private @read(%x: f64, %a: memref<3xf64>, %b: memref<3xf64>) -> f64 attributes {no_inline} {
  %c1 = arith.constant 1 : index
  %table = memref.get_global @table : memref<3xf64>
  memref.copy %table, %a : memref<3xf64> to memref<3xf64>
  %s = math.sin %x : f64
  memref.store %s, %a[%c1] : memref<3xf64>
  %v = memref.load %b[%c1] : memref<3xf64>
  memref.copy %table, %a : memref<3xf64> to memref<3xf64>
  return %v : f64
}
func.func @read_by_the_other(%x: f64, %m: memref<3xf64>) -> f64 {
  %y = call @read(%x, %m, %m) : (f64, memref<3xf64>, memref<3xf64>) -> f64
  return %y : f64
}
