// Buffers of vectors and of complex numbers.
// RUN: autodiff-run %s --entry vectors --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry complexes --arg 0.7 --arg 0.3 --mode check
func.func @vectors(%v: vector<4xf64>) -> vector<4xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %a = memref.alloc() : memref<2xvector<4xf64>>
  memref.store %v, %a[%c1] : memref<2xvector<4xf64>>
  scf.for %i = %c0 to %c3 step %c1 {
    %l = memref.load %a[%c1] : memref<2xvector<4xf64>>
    %m = arith.mulf %l, %v : vector<4xf64>
    %s = math.sin %m : vector<4xf64>
    memref.store %s, %a[%c1] : memref<2xvector<4xf64>>
  }
  %l = memref.load %a[%c1] : memref<2xvector<4xf64>>
  memref.dealloc %a : memref<2xvector<4xf64>>
  return %l : vector<4xf64>
}
func.func @complexes(%x: f64, %y: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %a = memref.alloc() : memref<2xcomplex<f64>>
  %z = complex.create %x, %y : complex<f64>
  memref.store %z, %a[%c1] : memref<2xcomplex<f64>>
  scf.for %i = %c0 to %c3 step %c1 {
    %l = memref.load %a[%c1] : memref<2xcomplex<f64>>
    %m = complex.mul %l, %z : complex<f64>
    %s = complex.add %m, %z : complex<f64>
    memref.store %s, %a[%c1] : memref<2xcomplex<f64>>
  }
  %l = memref.load %a[%c1] : memref<2xcomplex<f64>>
  %re = complex.re %l : complex<f64>
  %im = complex.im %l : complex<f64>
  %r = arith.mulf %re, %im : f64
  memref.dealloc %a : memref<2xcomplex<f64>>
  return %r : f64
}
