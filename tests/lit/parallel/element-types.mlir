// Reductions and shared accumulations of complex numbers and of vectors.
// RUN: autodiff-run %s --entry cwrap --arg 5 --arg 0.3+0.2j --arg 0.5-0.1j --mode check
// RUN: autodiff-run %s --entry cwrap --arg 5 --arg 0.3+0.2j --arg 0.5-0.1j --mode check --threads 2
// RUN: autodiff-run %s --entry vwrap --arg 5 --arg rand:4:1 --arg rand:4:2 --mode check --threads 2
func.func @cwrap(%n: index, %x: complex<f64>, %s: complex<f64>) -> complex<f64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?xcomplex<f64>>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %k = arith.index_cast %i : index to i64
    %f = arith.sitofp %k : i64 to f64
    %c = complex.create %f, %f : complex<f64>
    %y = complex.add %x, %c : complex<f64>
    memref.store %y, %a[%i] : memref<?xcomplex<f64>>
    scf.reduce
  }
  %r = scf.parallel (%i) = (%c0) to (%n) step (%c1) init(%s) -> complex<f64> {
    %xx = memref.load %a[%i] : memref<?xcomplex<f64>>
    %y = complex.mul %xx, %s : complex<f64>
    %z = memref.load %a[%c0] : memref<?xcomplex<f64>>
    %w = complex.mul %y, %z : complex<f64>
    scf.reduce(%w : complex<f64>) {
    ^bb0(%l: complex<f64>, %q: complex<f64>):
      %t = complex.add %l, %q : complex<f64>
      scf.reduce.return %t : complex<f64>
    }
  }
  memref.dealloc %a : memref<?xcomplex<f64>>
  return %r : complex<f64>
}
func.func @vwrap(%n: index, %x: vector<4xf64>, %s: vector<4xf64>) -> vector<4xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.parallel (%i) = (%c0) to (%n) step (%c1) init(%s) -> vector<4xf64> {
    %y = arith.mulf %x, %s : vector<4xf64>
    %z = math.sin %y : vector<4xf64>
    scf.reduce(%z : vector<4xf64>) {
    ^bb0(%l: vector<4xf64>, %q: vector<4xf64>):
      %t = arith.mulf %l, %q : vector<4xf64>
      scf.reduce.return %t : vector<4xf64>
    }
  }
  return %r : vector<4xf64>
}
