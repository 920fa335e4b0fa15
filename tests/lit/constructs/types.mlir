// Element types, vectors and mixed precision.
// RUN: autodiff-run %s --entry single --arg 0.7 --arg rand:3:1 --mode check
// RUN: autodiff-run %s --entry half --arg 0.7 --mode check
// RUN: autodiff-run %s --entry mixed --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry vector --arg rand:4:1 --arg rand:4:2 --mode check
func.func @single(%x: f32, %a: memref<3xf32>) -> f32 {
  %c1 = arith.constant 1 : index
  %u = memref.load %a[%c1] : memref<3xf32>
  %ux = arith.mulf %u, %x : f32
  %y = math.sin %ux : f32
  memref.store %y, %a[%c1] : memref<3xf32>
  return %y : f32
}
func.func @half(%x: f16) -> f16 {
  %y = arith.mulf %x, %x : f16
  %z = arith.addf %y, %x : f16
  return %z : f16
}
func.func @mixed(%x: f32, %z: f64) -> f64 {
  %w = arith.extf %x : f32 to f64
  %wz = arith.mulf %w, %z : f64
  %n = arith.truncf %wz : f64 to f32
  %s = math.sin %n : f32
  %y = arith.extf %s : f32 to f64
  %r = arith.mulf %y, %z : f64
  return %r : f64
}
func.func @vector(%x: vector<4xf64>, %y: vector<4xf64>) -> vector<4xf64> {
  %p = arith.mulf %x, %y : vector<4xf64>
  %e = math.exp %p : vector<4xf64>
  %r = arith.divf %e, %x : vector<4xf64>
  return %r : vector<4xf64>
}
