// What kernels cannot do on the host is said at the op; launches beyond the limits of devices, at the launch.
// RUN: split-file %s %t
// RUN: not autodiff-opt %t/ops.mlir --gpu-kernel-outlining --autodiff-gpu-to-host 2>&1 | FileCheck %t/ops.mlir
// RUN: not autodiff-opt %t/launch.mlir --autodiff-gpu-to-host 2>&1 | FileCheck %t/launch.mlir
// RUN: not autodiff-run %t/limits.mlir --entry launch --target gpu-host --arg 33 --arg 32 --arg 0 2>&1 | FileCheck %t/limits.mlir --check-prefix=THREADS
// RUN: not autodiff-run %t/limits.mlir --entry launch --target gpu-host --arg 0 --arg 1 --arg 0 2>&1 | FileCheck %t/limits.mlir --check-prefix=NONE
// RUN: not autodiff-run %t/limits.mlir --entry launch --target gpu-host --arg 1 --arg 1 --arg 40000 2>&1 | FileCheck %t/limits.mlir --check-prefix=MEMORY
// RUN: autodiff-run %t/limits.mlir --entry launch --target gpu-host --arg 1 --arg 1 --arg 40000 --workgroup-memory 60000
//--- ops.mlir
func.func @unsupported(%x: memref<?xf32>) {
  // CHECK: [[@LINE+1]]:11: error: 'gpu.thread_id' op is not supported on the host
  %host = gpu.thread_id x
  return
}
//--- launch.mlir
func.func @inside(%n: index) {
  // CHECK: [[@LINE+1]]:3: error: 'gpu.launch' op has no kernel function, run 'gpu-kernel-outlining' first
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %n, %gz = %n)
             threads(%tx, %ty, %tz) in (%sx = %n, %sy = %n, %sz = %n) {
    gpu.terminator
  }
  return
}
//--- limits.mlir
func.func @launch(%x: index, %y: index, %bytes: i32) {
  %one = arith.constant 1 : index
  %value = arith.constant 1.0 : f64
  // THREADS: [[@LINE+3]]:3: error: kernel 'launch_kernel' cannot be launched: expected at most 1024 threads in a block, got 1056
  // NONE: [[@LINE+2]]:3: error: kernel 'launch_kernel' cannot be launched: expected a block size from 1 to 1024 in x, got 0
  // MEMORY: [[@LINE+1]]:3: error: kernel 'launch_kernel' cannot be launched: expected at most 49152 bytes of workgroup memory, got 16384 static and 40000 dynamic
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %x, %sy = %y, %sz = %one)
             dynamic_shared_memory_size %bytes
             workgroup(%row : memref<2048xf64, #gpu.address_space<workgroup>>) {
    memref.store %value, %row[%tx] : memref<2048xf64, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}
