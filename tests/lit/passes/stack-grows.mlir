// A growing cache returns what was pushed last, over many reallocations.
// RUN: autodiff-run %s --entry reversed --arg zeros:100 --json | FileCheck %s
// CHECK: "args":[{"index":0,{{.*}}"values":[99.0,98.0,97.0,96.0
func.func @reversed(%out: memref<100xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c100 = arith.constant 100 : index
  %stack = autodiff.cache() : <f64>
  scf.for %i = %c0 to %c100 step %c1 {
    %n = arith.index_cast %i : index to i64
    %x = arith.sitofp %n : i64 to f64
    autodiff.push %x, %stack[] : <f64>
  }
  scf.for %i = %c0 to %c100 step %c1 {
    %x = autodiff.pop %stack[] : <f64>
    memref.store %x, %out[%i] : memref<100xf64>
  }
  autodiff.free %stack : <f64>
  return
}
