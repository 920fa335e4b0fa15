// Complex numbers taken apart by a cast of their buffer: the parts of the shadow are the shadows of the parts. Other
// casts of buffers are errors where a derivative passes, also if the elements differ.
// RUN: split-file %s %t
// RUN: autodiff-run %t/parts.mlir --entry sums --arg rand:4:1 --arg zeros:1 --target gpu-host --mode check
// RUN: autodiff-run %t/parts.mlir --entry sequential --arg rand:4:1 --arg rand:1:2 --mode check
// RUN: not autodiff-opt %t/bytes.mlir --autodiff-wrap=function=bytes --autodiff-differentiate 2>&1 | FileCheck %s --check-prefix=BYTES
// BYTES: bytes.mlir:4:8: error: 'builtin.unrealized_conversion_cast' op

//--- parts.mlir
func.func @sums(%x: memref<4xcomplex<f64>>, %sum: memref<1xcomplex<f64>>) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %v = memref.load %x[%tx] : memref<4xcomplex<f64>>
    %w = complex.mul %v, %v : complex<f64>
    %re = complex.re %w : complex<f64>
    %im = complex.im %w : complex<f64>
    %parts = builtin.unrealized_conversion_cast %sum : memref<1xcomplex<f64>> to memref<2xf64>
    memref.atomic_rmw addf %re, %parts[%zero] : (f64, memref<2xf64>) -> f64
    memref.atomic_rmw addf %im, %parts[%one] : (f64, memref<2xf64>) -> f64
    gpu.terminator
  }
  return
}
func.func @sequential(%x: memref<4xcomplex<f64>>, %sum: memref<1xcomplex<f64>>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %parts = builtin.unrealized_conversion_cast %sum : memref<1xcomplex<f64>> to memref<2xf64>
  scf.for %i = %c0 to %c4 step %c1 {
    %v = memref.load %x[%i] : memref<4xcomplex<f64>>
    %re = complex.re %v : complex<f64>
    %old = memref.load %parts[%c1] : memref<2xf64>
    %new = arith.mulf %re, %old : f64
    memref.store %new, %parts[%c1] : memref<2xf64>
  }
  return
}

//--- bytes.mlir
func.func @bytes(%x: memref<2xf64>, %y: memref<4xf32>) -> f64 {
  %c0 = arith.constant 0 : index
  %v = memref.load %y[%c0] : memref<4xf32>
  %b = builtin.unrealized_conversion_cast %x : memref<2xf64> to memref<4xf32>
  memref.store %v, %b[%c0] : memref<4xf32>
  %r = memref.load %x[%c0] : memref<2xf64>
  return %r : f64
}
