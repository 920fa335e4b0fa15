// What each vendor's conversion lacks compiles all the same: the pipelines expand it before.
// REQUIRES: cuda-toolkit, rocm-device-libs
// RUN: autodiff-opt %s '--autodiff-nvvm-pipeline=chip=sm_90 format=bin' -o /dev/null
// RUN: autodiff-opt %s '--autodiff-rocdl-pipeline=chip=gfx90a format=bin' -o /dev/null
// RUN: autodiff-opt %s '--autodiff-rocdl-pipeline=chip=gfx1100 format=bin' -o /dev/null
gpu.module @kernels {
  gpu.func @floats(%f: memref<?xf64>, %h: memref<?xbf16>, %flags: memref<?xi1>) kernel {
    %i = gpu.thread_id x
    %x = memref.load %f[%i] : memref<?xf64>
    %y = math.trunc %x : f64
    %z = math.clampf %y to [%x, %y] : f64
    %sin, %cos = math.sincos %z : f64
    %e = math.expm1 %sin : f64
    %l = math.log1p %cos : f64
    %s = arith.addf %e, %l : f64
    %infinite = math.isinf %s : f64
    memref.store %infinite, %flags[%i] : memref<?xi1>
    %old = memref.atomic_rmw mulf %s, %f[%i] : (f64, memref<?xf64>) -> f64
    %older = memref.atomic_rmw maximumf %old, %f[%i] : (f64, memref<?xf64>) -> f64
    %b = memref.load %h[%i] : memref<?xbf16>
    %power = math.exp %b : bf16
    %log = math.log %power : bf16
    %max = gpu.all_reduce maximumf %log {} : (bf16) -> bf16
    %own = memref.alloca() : memref<8xbf16>
    memref.store %max, %own[%i] : memref<8xbf16>
    %place = arith.fptoui %x : f64 to i8
    %at = arith.index_cast %place : i8 to index
    %any = memref.load %own[%at] : memref<8xbf16>
    memref.store %any, %h[%i] : memref<?xbf16>
    gpu.return
  }
  gpu.func @others(%c: memref<?xcomplex<f32>>, %n: memref<?xi32>, %v: memref<?xvector<2xf32>>) kernel {
    %i = gpu.thread_id x
    %z = memref.load %c[%i] : memref<?xcomplex<f32>>
    %root = complex.sqrt %z : complex<f32>
    %power = complex.exp %root : complex<f32>
    memref.store %power, %c[%i] : memref<?xcomplex<f32>>
    %k = memref.load %n[%i] : memref<?xi32>
    %bits = math.ctpop %k : i32
    %cube = math.ipowi %bits, %k : i32
    %old = memref.atomic_rmw muli %cube, %n[%i] : (i32, memref<?xi32>) -> i32
    %ok = arith.cmpi ne, %old, %k : i32
    cf.assert %ok, "changed"
    %w = memref.load %v[%i] : memref<?xvector<2xf32>>
    %sum = gpu.subgroup_reduce add %w : (vector<2xf32>) -> vector<2xf32>
    %lane = arith.constant 3 : i32
    %same = gpu.subgroup_broadcast %sum, specific_lane %lane : vector<2xf32>
    memref.store %same, %v[%i] : memref<?xvector<2xf32>>
    gpu.return
  }
}
