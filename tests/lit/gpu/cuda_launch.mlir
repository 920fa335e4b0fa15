// Launches on a CUDA device: PTX for its chip, shared memory, and one pointer for each parameter. A stand-in for the
// driver shows what arrives; no device takes part.
// REQUIRES: cuda-toolkit
// RUN: mkdir -p %t
// RUN: clang -w -shared -fPIC -o %t/libcuda.so.1 %S/Inputs/stand_in_cuda.c
// RUN: env LD_LIBRARY_PATH=%t autodiff-run %s --entry main --target cuda --arg zeros:5 --arg 3 2>&1 | FileCheck %s
// RUN: env LD_LIBRARY_PATH=%t not autodiff-run %s --entry main --target cuda --arg zeros:0 --arg 3 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: env LD_LIBRARY_PATH=%t STAND_IN=memory not autodiff-run %s --entry main --target cuda --arg zeros:5 --arg 3 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: env LD_LIBRARY_PATH=%t STAND_IN=fault not autodiff-run %s --entry main --target cuda --arg zeros:5 --arg 3 2>&1 | FileCheck %s --check-prefix=FAULT
// RUN: env LD_LIBRARY_PATH=%t STAND_IN=old not autodiff-run %s --entry main --target cuda --arg zeros:5 --arg 3 2>&1 | FileCheck %s --check-prefix=OLD
// RUN: env LD_LIBRARY_PATH=%t STAND_IN=no-device not autodiff-run %s --entry main --target cuda --arg zeros:5 --arg 3 2>&1 | FileCheck %s --check-prefix=NONE

// CHECK-DAG: module .target sm_90
// CHECK-DAG: launch main_kernel grid 2 1 1 block 4 1 1 bytes 0 n 5 size 5 a 2.5 k 3
// 2.5 x + 3 twice, from 0.
// CHECK: arg-0 memref<?xf64> [10.5, 10.5, 10.5, 10.5, 10.5]
// CHECK: kernel primal 'main_kernel': launches 2, threads 16, time 3.0 ms

// EMPTY: cuda_launch.mlir:[[@LINE+20]]:5: error: kernel 'main_kernel' cannot be launched: expected a grid size from 1 to 2147483647 in x, got 0
// MEMORY: error: the device has too little memory: cannot allocate 40 bytes, cuMemAllocManaged failed with CUDA_ERROR_OUT_OF_MEMORY
// FAULT: cuda_launch.mlir:[[@LINE+18]]:5: error: kernel 'main_kernel': cuCtxSynchronize failed with CUDA_ERROR_ILLEGAL_ADDRESS
// OLD: autodiff-run: error: --target: the device 'stand-in' of compute capability 5.0 is not supported, expected 7.0 or newer
// NONE: autodiff-run: error: --target: there is no CUDA device: the driver knows no device; install NVIDIA's driver

func.func @main(%y: memref<?xf64>, %k: i8) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %four = arith.constant 4 : index
  %half = arith.constant 2.5 : f32
  %a = memref.alloc() : memref<f32>
  memref.store %half, %a[] : memref<f32>
  %scale = memref.load %a[] : memref<f32>
  %n = memref.dim %y, %zero : memref<?xf64>
  %blocks = arith.ceildivui %n, %four : index
  %x = memref.alloc(%n) : memref<?xf64>
  memref.copy %y, %x : memref<?xf64> to memref<?xf64>
  scf.for %t = %zero to %two step %one {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
               threads(%tx, %ty, %tz) in (%sx = %four, %sy = %one, %sz = %one) {
      %first = arith.muli %bx, %sx : index
      %i = arith.addi %first, %tx : index
      %inside = arith.cmpi ult, %i, %n : index
      scf.if %inside {
        %value = memref.load %x[%i] : memref<?xf64>
        %wide = arith.extf %scale : f32 to f64
        %scaled = arith.mulf %wide, %value : f64
        %shift = arith.sitofp %k : i8 to f64
        %sum = arith.addf %scaled, %shift : f64
        memref.store %sum, %x[%i] : memref<?xf64>
      }
      gpu.terminator
    }
  }
  memref.copy %x, %y : memref<?xf64> to memref<?xf64>
  memref.dealloc %x : memref<?xf64>
  memref.dealloc %a : memref<f32>
  return
}
