// A kernel calls its own copy of a function, also when nothing else of the program keeps the original by that name.
// RUN: autodiff-run %s --entry main --target gpu-host --arg rand:4:1 | FileCheck %s
// CHECK: result-0 f64 16{{$}}
func.func private @square(%x: f64) -> f64 {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
func.func @main(%x: memref<4xf64>) -> f64 {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%i, %ty, %tz) in (%sx = %four, %sy = %one, %sz = %one) {
    %number = arith.index_cast %sx : index to i64
    %value = arith.sitofp %number : i64 to f64
    %square = func.call @square(%value) : (f64) -> f64
    memref.store %square, %x[%i] : memref<4xf64>
    gpu.terminator
  }
  %y = memref.load %x[%zero] : memref<4xf64>
  return %y : f64
}
