// Vendors' ids, barriers and exchanges in kernels are differentiated, and run on the host, as the gpu ops that they mean.
// RUN: autodiff-run %s --entry reverse --arg rand:64:1 --arg zeros:64 --target gpu-host --mode check
// RUN: autodiff-run %s --entry reverse --arg rand:64:1 --arg zeros:64 --target gpu-host --check-races
// RUN: autodiff-run %s --entry neighbours --arg rand:32:1 --arg zeros:32 --target gpu-host --mode check
// RUN: autodiff-run %s --entry neighbours --arg rand:32:1 --arg zeros:32 --target gpu-host
// RUN: autodiff-opt %s --autodiff-raise-vendor-ops | FileCheck %s
// RUN: autodiff-opt %s --autodiff-raise-vendor-ops=for=device | FileCheck %s --check-prefix=DEVICE

// CHECK-NOT: {{nvvm|rocdl}}.
// DEVICE-NOT: rocdl.
// DEVICE: nvvm.bar.warp.sync

func.func @reverse(%x: memref<64xf64>, %y: memref<64xf64>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
      threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1) workgroup(%tile: memref<64xf64, 3>) {
    %c63 = arith.constant 63 : index
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %i = arith.index_cast %t : i32 to index
    %v = memref.load %x[%i] : memref<64xf64>
    %w = arith.mulf %v, %v : f64
    memref.store %w, %tile[%i] : memref<64xf64, 3>
    rocdl.barrier
    %u = rocdl.workitem.id.x : i32
    %j = arith.index_cast %u : i32 to index
    %k = arith.subi %c63, %j : index
    %z = memref.load %tile[%k] : memref<64xf64, 3>
    memref.store %z, %y[%j] : memref<64xf64>
    nvvm.barrier0
    gpu.terminator
  }
  return
}

func.func @neighbours(%x: memref<32xf32>, %y: memref<32xf32>) {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
      threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) workgroup(%tile: memref<32xf32, 3>) {
    %all = arith.constant -1 : i32
    %one = arith.constant 1 : i32
    %clamp = arith.constant 31 : i32
    %c31 = arith.constant 31 : index
    %v = memref.load %x[%tx] : memref<32xf32>
    %s = math.sin %v : f32
    %p = nvvm.shfl.sync bfly %all, %s, %one, %clamp {return_value_and_is_valid} : f32 -> !llvm.struct<(f32, i1)>
    %q = llvm.extractvalue %p[0] : !llvm.struct<(f32, i1)>
    %r = arith.mulf %q, %v : f32
    memref.store %r, %tile[%tx] : memref<32xf32, 3>
    nvvm.bar.warp.sync %all : i32
    %k = arith.subi %c31, %tx : index
    %z = memref.load %tile[%k] : memref<32xf32, 3>
    memref.store %z, %y[%tx] : memref<32xf32>
    gpu.terminator
  }
  return
}
