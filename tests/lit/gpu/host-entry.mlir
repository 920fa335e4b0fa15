// A kernel alone is launched by --grid and --block; what is wrong with that is said.
// RUN: autodiff-run %s --entry kernels::fill --grid 2x1 --block 3 --arg zeros:6 --target gpu-host | FileCheck %s
// RUN: autodiff-run %s --entry kernels::bytes --grid 1 --block 1 --dynamic-memory 24 --arg zeros: --target gpu-host | FileCheck %s --check-prefix=BYTES
// RUN: not autodiff-run %s --entry kernels::fill --arg zeros:6 --target gpu-host 2>&1 | FileCheck %s --check-prefix=SIZES
// RUN: not autodiff-run %s --entry kernels::no --grid 1 --block 1 2>&1 | FileCheck %s --check-prefix=NO
// RUN: not autodiff-run %s --entry fill --grid 1 --arg zeros:6 2>&1 | FileCheck %s --check-prefix=FUNCTION
// RUN: not autodiff-run %s --entry kernels::fill --grid 0 --block 1 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not autodiff-run %s --entry kernels::fill --grid 2 --block 3 --arg zeros:6 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not autodiff-run %s --entry host --check-races 2>&1 | FileCheck %s --check-prefix=RACES
// RUN: autodiff-run %s --entry host | FileCheck %s --check-prefix=HOST
gpu.module @kernels {
  // CPU: [[@LINE+1]]:3: error: 'gpu.launch_func' op needs '--target gpu-host', which runs kernels
  gpu.func @fill(%out: memref<?xi32, strided<[?], offset: ?>>) kernel {
    %i = gpu.global_id x
    %number = arith.index_cast %i : index to i32
    memref.store %number, %out[%i] : memref<?xi32, strided<[?], offset: ?>>
    gpu.return
  }
  gpu.func @bytes(%out: memref<index>) kernel {
    %zero = arith.constant 0 : index
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %size = memref.dim %bytes, %zero : memref<?xi8, #gpu.address_space<workgroup>>
    memref.store %size, %out[] : memref<index>
    gpu.return
  }
  gpu.func @device() {
    gpu.return
  }
}
func.func @host() -> f32 {
  %one = arith.constant 1.0 : f32
  return %one : f32
}
// CHECK: arg-0 {{.*}} [0, 1, 2, 3, 4, 5]
// BYTES: arg-0 {{.*}} 24
// SIZES: error: --entry: '@kernels::fill' is a kernel, say by --grid and --block how to launch it
// NO: error: --entry: there is no kernel '@kernels::no', expected one of '@kernels::fill', '@kernels::bytes'{{$}}
// FUNCTION: error: --grid: has no meaning for a function, name a kernel: --entry MODULE::KERNEL
// ZERO: expected one to three sizes above 0 such as '64' or '16x16x1', got '0'
// RACES: error: --check-races: has no meaning on this target, use --target gpu-host
// HOST: result-0 {{.*}} 1
