// Atomic updates in kernels: each kind, their number, and the value before as the result.
// RUN: autodiff-run %s --entry atomics --target gpu-host | FileCheck %s
func.func @atomics() -> (memref<4xf64>, memref<5xi32>, i32) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %half = arith.constant 0.5 : f64
  %none = arith.constant 0.0 : f64
  %start = arith.constant 1.0 : f64
  %nothing = arith.constant 0 : i32
  %step = arith.constant 1 : i32
  %f = memref.alloc() : memref<4xf64>
  %places = memref.alloc() : memref<5xi32>
  %count = memref.alloc() : memref<i32>
  memref.store %nothing, %count[] : memref<i32>
  memref.store %none, %f[%zero] : memref<4xf64>
  memref.store %start, %f[%one] : memref<4xf64>
  memref.store %none, %f[%two] : memref<4xf64>
  memref.store %start, %f[%three] : memref<4xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %four, %sy = %one, %sz = %one) {
    %integer = arith.index_cast %tx : index to i32
    %number = arith.sitofp %integer : i32 to f64
    %sum = memref.atomic_rmw addf %number, %f[%zero] : (f64, memref<4xf64>) -> f64
    %product = memref.atomic_rmw mulf %half, %f[%one] : (f64, memref<4xf64>) -> f64
    %largest = memref.atomic_rmw maximumf %number, %f[%two] : (f64, memref<4xf64>) -> f64
    %twice = memref.generic_atomic_rmw %f[%three] : memref<4xf64> {
    ^body(%current : f64):
      %new = arith.addf %current, %current : f64
      memref.atomic_yield %new : f64
    }
    // Each thread gets a place of its own.
    %place = memref.atomic_rmw addi %step, %count[] : (i32, memref<i32>) -> i32
    %slot = arith.index_cast %place : i32 to index
    memref.store %integer, %places[%slot] : memref<5xi32>
    gpu.terminator
  }
  memref.store %nothing, %places[%four] : memref<5xi32>
  %total = memref.load %count[] : memref<i32>
  memref.dealloc %count : memref<i32>
  return %f, %places, %total : memref<4xf64>, memref<5xi32>, i32
}
// CHECK: result-0 {{.*}} [6, 0.0625, 3, 16]
// CHECK: result-1 {{.*}} [0, 1, 2, 3, 0]
// CHECK: result-2 {{.*}} 4
// CHECK: 'atomics_kernel': launches 1, threads 4, atomic updates 20
