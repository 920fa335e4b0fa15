// Active values that pass through a 'const' buffer keep their derivative by an internal shadow.
// RUN: autodiff-run %s --entry through --arg 0.7 --arg rand:3:1 --activity active,const --mode check
// RUN: autodiff-run %s --entry through --arg 0.7 --arg rand:3:1 --mode check
// RUN: autodiff-run %s --entry in_loop --arg rand:5:1 --arg zeros:2 --activity dup,const --mode check
// RUN: autodiff-run %s --entry through --arg 2.0 --arg zeros:3 --activity active,const --mode vjp --json | FileCheck %s
// x passes through w[0] twice: y = x^2, and the derivative at 2 is 4.
// CHECK: "gradients":[{"index":0,{{.*}}"values":[4.0]
func.func @through(%x: f64, %w: memref<3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  memref.store %x, %w[%c0] : memref<3xf64>
  %u = memref.load %w[%c0] : memref<3xf64>
  %uu = arith.mulf %u, %u : f64
  memref.store %uu, %w[%c1] : memref<3xf64>
  %y = memref.load %w[%c1] : memref<3xf64>
  return %y : f64
}
func.func @in_loop(%a: memref<5xf64>, %w: memref<2xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  memref.store %zero, %w[%c0] : memref<2xf64>
  scf.for %i = %c0 to %c5 step %c1 {
    %x = memref.load %a[%i] : memref<5xf64>
    %s = memref.load %w[%c0] : memref<2xf64>
    %sx = arith.mulf %s, %x : f64
    %t = arith.addf %sx, %x : f64
    memref.store %t, %w[%c0] : memref<2xf64>
  }
  %y = memref.load %w[%c0] : memref<2xf64>
  return %y : f64
}
