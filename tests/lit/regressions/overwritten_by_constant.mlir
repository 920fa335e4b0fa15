// A constant that replaces the content of an argument clears the shadow, though nothing active is stored.
// RUN: autodiff-run %s --entry store --arg 0.6 --arg rand::5 --mode check
// RUN: autodiff-run %s --entry sweep --arg 0.6 --arg rand:2:5 --mode check
// RUN: autodiff-run %s --entry copy --arg 0.6 --arg rand:2:5 --arg rand:2:6 --activity active,dup,const --mode check
// RUN: autodiff-run %s --entry copy_then_store --arg 0.6 --arg rand::5 --arg rand::6 --mode check
func.func @store(%x: f64, %m: memref<f64>) -> f64 {
  %k = arith.constant 1.1 : f64
  memref.store %k, %m[] : memref<f64>
  return %x : f64
}
func.func @sweep(%x: f64, %m: memref<2xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %k = arith.constant 0.3 : f64
  scf.for %i = %c0 to %c2 step %c1 {
    memref.store %k, %m[%i] : memref<2xf64>
  }
  return %x : f64
}
func.func @copy(%x: f64, %m: memref<2xf64>, %other: memref<2xf64>) -> f64 {
  memref.copy %other, %m : memref<2xf64> to memref<2xf64>
  return %x : f64
}
func.func @copy_then_store(%x: f64, %m: memref<f64>, %other: memref<f64>) -> f64 {
  %k = arith.constant 1.1 : f64
  memref.copy %other, %m : memref<f64> to memref<f64>
  memref.store %k, %m[] : memref<f64>
  return %x : f64
}
