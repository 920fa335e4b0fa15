// Functions may be named as functions of the C library are.
// RUN: autodiff-run %s --entry exp --arg 0.7 --mode check
// RUN: autodiff-run %s --entry malloc --arg 0.7 --mode check
// RUN: autodiff-run %s --entry main --arg 0.7 --mode check
func.func @exp(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}
func.func @malloc(%x: f64) -> f64 {
  %a = memref.alloc() : memref<f64>
  memref.store %x, %a[] : memref<f64>
  %y = memref.load %a[] : memref<f64>
  %z = arith.mulf %y, %x : f64
  memref.dealloc %a : memref<f64>
  return %z : f64
}
func.func @main(%x: f64) -> f64 {
  %y = math.sin %x : f64
  return %y : f64
}
