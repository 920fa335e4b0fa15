// Kernels take values of all kinds: small and narrow numbers, complex ones, vectors, and buffers with strides.
// RUN: autodiff-run %s --entry arguments --target gpu-host | FileCheck %s
func.func @arguments() -> memref<8xf64> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %out = memref.alloc() : memref<8xf64>
  %matrix = memref.alloc() : memref<3x4xf64>
  %cell = memref.alloc() : memref<i16>
  %number = arith.constant 7.0 : f64
  %true = arith.constant true
  %byte = arith.constant -3 : i8
  %half = arith.constant 0.5 : f16
  %brain = arith.constant 0.25 : bf16
  %complex = complex.constant [1.0 : f32, 2.0 : f32] : complex<f32>
  %vector = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : vector<4xf32>
  %matrix_value = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : vector<2x3xf64>
  %short = arith.constant 300 : i16
  // What is known when the kernel is made would become a constant of it.
  %opaque:7 = call @opaque(%true, %byte, %half, %brain, %complex, %vector, %matrix_value)
      : (i1, i8, f16, bf16, complex<f32>, vector<4xf32>, vector<2x3xf64>)
      -> (i1, i8, f16, bf16, complex<f32>, vector<4xf32>, vector<2x3xf64>)
  memref.store %number, %matrix[%two, %one] : memref<3x4xf64>
  memref.store %short, %cell[] : memref<i16>
  %column = memref.subview %matrix[0, 1] [3, 1] [1, 1] : memref<3x4xf64> to memref<3xf64, strided<[4], offset: 1>>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c6 = arith.constant 6 : index
    %c7 = arith.constant 7 : index
    %a = arith.uitofp %opaque#0 : i1 to f64
    %b = arith.sitofp %opaque#1 : i8 to f64
    %c = arith.extf %opaque#2 : f16 to f64
    %d = arith.extf %opaque#3 : bf16 to f64
    %im = complex.im %opaque#4 : complex<f32>
    %e = arith.extf %im : f32 to f64
    %last = vector.extract %opaque#5[3] : f32 from vector<4xf32>
    %f = arith.extf %last : f32 to f64
    %g = vector.extract %opaque#6[1, 0] : f64 from vector<2x3xf64>
    %integer = memref.load %cell[] : memref<i16>
    %converted = arith.sitofp %integer : i16 to f64
    %element = memref.load %column[%two] : memref<3xf64, strided<[4], offset: 1>>
    %h = arith.addf %converted, %element : f64
    memref.store %a, %out[%zero] : memref<8xf64>
    memref.store %b, %out[%one] : memref<8xf64>
    memref.store %c, %out[%two] : memref<8xf64>
    memref.store %d, %out[%c3] : memref<8xf64>
    memref.store %e, %out[%c4] : memref<8xf64>
    memref.store %f, %out[%c5] : memref<8xf64>
    memref.store %g, %out[%c6] : memref<8xf64>
    memref.store %h, %out[%c7] : memref<8xf64>
    gpu.terminator
  }
  return %out : memref<8xf64>
}
func.func private @opaque(%a: i1, %b: i8, %c: f16, %d: bf16, %e: complex<f32>, %f: vector<4xf32>, %g: vector<2x3xf64>)
    -> (i1, i8, f16, bf16, complex<f32>, vector<4xf32>, vector<2x3xf64>) {
  return %a, %b, %c, %d, %e, %f, %g : i1, i8, f16, bf16, complex<f32>, vector<4xf32>, vector<2x3xf64>
}
// CHECK: result-0 {{.*}} [1, -3, 0.5, 0.25, 2, 4, 4, 307]
