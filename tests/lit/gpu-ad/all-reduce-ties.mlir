// The derivative of a maximum over a block goes to the first thread that holds it, once for each thread that gets it.
// RUN: autodiff-run %s --entry maximum --arg zeros:4 --target gpu-host --mode vjp | FileCheck %s
// CHECK: grad-arg-0 {{.*}} [5, 0, 0, 0]
func.func @maximum(%x: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %none = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %y = memref.alloc() : memref<4xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    %r = gpu.all_reduce maximumf %v uniform {} : (f64) -> f64
    memref.store %r, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%s = %none) -> f64 {
    %v = memref.load %y[%i] : memref<4xf64>
    // The last thread's counts twice.
    %c3 = arith.constant 3 : index
    %is_last = arith.cmpi eq, %i, %c3 : index
    %doubled = arith.mulf %v, %two : f64
    %part = arith.select %is_last, %doubled, %v : f64
    %next = arith.addf %s, %part : f64
    scf.yield %next : f64
  }
  memref.dealloc %y : memref<4xf64>
  return %sum : f64
}
