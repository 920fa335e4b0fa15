// The derivative of a maximum or minimum goes to the extremum with the lowest index, whichever way the body is written.
// RUN: autodiff-run %s --entry extrema --arg zeros:150 --mode vjp | FileCheck %s
func.func @extrema(%d: memref<?xf64>) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %low = arith.constant -9.0 : f64
  %high = arith.constant 9.0 : f64
  %n = memref.dim %d, %c0 : memref<?xf64>
  %r:2 = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%low, %high) -> (f64, f64) {
    // 0, 1, 2, 0, 1, 2, ...
    %k = arith.remui %i, %c3 : index
    %j = arith.index_cast %k : index to i64
    %s = arith.sitofp %j : i64 to f64
    %e = memref.load %d[%i] : memref<?xf64>
    %x = arith.addf %s, %e : f64
    scf.reduce(%x, %x : f64, f64) {
    ^bb0(%l: f64, %q: f64):
      %t = arith.maximumf %q, %l : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %t = arith.minimumf %l, %q : f64
      scf.reduce.return %t : f64
    }
  }
  return %r#0, %r#1 : f64, f64
}
// CHECK: result-0 {{.*}} 2{{$}}
// CHECK: result-1 {{.*}} 0{{$}}
// CHECK: grad-arg-0 {{.*}}norm 1.414214e0, min 0{{.*}}, max 1{{.*}}, [1, 0, 1, 0, ...]
