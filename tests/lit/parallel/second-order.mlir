// Derivatives of gradients of parallel loops, caches of caches among what they keep.
// RUN: autodiff-opt %s "--autodiff-wrap=function=inner_while name=gradient" -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg rand:5:1 --arg zeros:5 --arg rand:5:2 --arg rand:5:3 --mode check
// RUN: autodiff-opt %s "--autodiff-wrap=function=product name=gradient" -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg rand:6x3:1 --arg zeros:6x3 --arg 0.4 --arg 0.3 --arg 1.2 --arg -0.7 --mode check
// RUN: autodiff-opt %s "--autodiff-wrap=function=stencil name=gradient" -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg rand:6x5:1 --arg zeros:6x5 --arg rand:6x5:2 --arg rand:6x5:3 --arg 0.3 --mode check --threads 2
func.func @inner_while(%a: memref<?xf64>, %b: memref<?xf64>) {
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
func.func @product(%a: memref<?x?xf64>, %s: f64) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  %r:3 = scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) init (%s, %s, %s) -> (f64, f64, f64) {
    %x = memref.load %a[%i, %j] : memref<?x?xf64>
    %y = arith.mulf %x, %x : f64
    scf.reduce(%x, %y, %x : f64, f64, f64) {
    ^bb0(%l: f64, %q: f64):
      %t = arith.mulf %l, %q : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %t = arith.maximumf %q, %l : f64
      scf.reduce.return %t : f64
    }, {
    ^bb0(%l: f64, %q: f64):
      %u = arith.mulf %l, %q : f64
      %t = arith.addf %l, %q : f64
      %v = arith.addf %u, %t : f64
      scf.reduce.return %v : f64
    }
  }
  return %r#0, %r#1, %r#2 : f64, f64, f64
}
func.func @stencil(%a: memref<?x?xf64>, %b: memref<?x?xf64>, %c: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  %n1 = arith.subi %n, %c1 : index
  %m1 = arith.subi %m, %c1 : index
  scf.parallel (%i, %j) = (%c1, %c1) to (%n1, %m1) step (%c1, %c1) {
    %ip = arith.addi %i, %c1 : index
    %im = arith.subi %i, %c1 : index
    %jp = arith.addi %j, %c1 : index
    %jm = arith.subi %j, %c1 : index
    %x0 = memref.load %a[%i, %j] : memref<?x?xf64>
    %x1 = memref.load %a[%ip, %j] : memref<?x?xf64>
    %x2 = memref.load %a[%im, %j] : memref<?x?xf64>
    %x3 = memref.load %a[%i, %jp] : memref<?x?xf64>
    %x4 = memref.load %a[%i, %jm] : memref<?x?xf64>
    %s1 = arith.addf %x1, %x2 : f64
    %s2 = arith.addf %x3, %x4 : f64
    %s = arith.addf %s1, %s2 : f64
    %t = math.sin %s : f64
    %u = arith.mulf %t, %c : f64
    %v = arith.addf %u, %x0 : f64
    memref.store %v, %b[%i, %j] : memref<?x?xf64>
    scf.reduce
  }
  return
}
