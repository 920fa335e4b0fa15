// Results that are buffers: their cotangent is added to the shadow of what they are, an argument's where they alias one.
// RUN: autodiff-run %s --entry fresh --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry alias --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry either --arg rand:4:1 --arg 0.5 --mode check
// RUN: autodiff-run %s --entry either --arg rand:4:1 --arg -0.5 --mode check
// RUN: autodiff-run %s --entry two --arg 0.7 --mode check
func.func @fresh(%a: memref<4xf64>) -> memref<4xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %r = memref.alloc() : memref<4xf64>
  scf.for %i = %c0 to %c4 step %c1 {
    %x = memref.load %a[%i] : memref<4xf64>
    %y = arith.mulf %x, %x : f64
    memref.store %y, %r[%i] : memref<4xf64>
  }
  return %r : memref<4xf64>
}
func.func @alias(%a: memref<4xf64>) -> memref<4xf64> {
  %c1 = arith.constant 1 : index
  %x = memref.load %a[%c1] : memref<4xf64>
  %y = math.exp %x : f64
  memref.store %y, %a[%c1] : memref<4xf64>
  return %a : memref<4xf64>
}
func.func @either(%a: memref<4xf64>, %x: f64) -> memref<4xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %r = memref.alloc() : memref<4xf64>
  memref.copy %a, %r : memref<4xf64> to memref<4xf64>
  scf.if %positive {
    %u = memref.load %r[%c1] : memref<4xf64>
    %ux = arith.mulf %u, %x : f64
    memref.store %ux, %r[%c1] : memref<4xf64>
  }
  return %r : memref<4xf64>
}
func.func @two(%x: f64) -> (memref<1xf64>, memref<f64>) {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<1xf64>
  %b = memref.alloc() : memref<f64>
  %s = math.sin %x : f64
  %c = math.cos %x : f64
  memref.store %s, %a[%c0] : memref<1xf64>
  memref.store %c, %b[] : memref<f64>
  return %a, %b : memref<1xf64>, memref<f64>
}
