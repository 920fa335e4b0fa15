// Threads add to wide shadows, of arguments and of memory of the workgroup, and sum wide numbers: 4096 ones make 4096.
// RUN: autodiff-opt %s --autodiff-wrap=function=total --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry total --arg rand:2:1 --arg 0.5 --arg zeros:4096 --mode vjp --target gpu-host | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry total --arg rand:2:1 --arg 0.5 --arg rand:128:2 --mode check --target gpu-host --check-races
// RUN: autodiff-run %s --entry reduced --arg zeros:1024 --mode vjp --target gpu-host | FileCheck %s --check-prefix=REDUCED
func.func private @f(%w: memref<2xf16>, %s: f16, %x: memref<?xf32>, %y: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %blocks = arith.divui %n, %c64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %c1, %gz = %c1)
      threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
      workgroup(%tile: memref<1xf16, #gpu.address_space<workgroup>>) {
    %is_first = arith.cmpi eq, %tx, %c0 : index
    scf.if %is_first {
      %w0 = memref.load %w[%c0] : memref<2xf16>
      memref.store %w0, %tile[%c0] : memref<1xf16, #gpu.address_space<workgroup>>
    }
    gpu.barrier
    %start = arith.muli %bx, %sx : index
    %i = arith.addi %start, %tx : index
    %xi = memref.load %x[%i] : memref<?xf32>
    %t = arith.addf %xi, %one : f32
    %w1 = memref.load %w[%c1] : memref<2xf16>
    %w0 = memref.load %tile[%c0] : memref<1xf16, #gpu.address_space<workgroup>>
    %a = arith.addf %w0, %w1 : f16
    %b = arith.addf %a, %s : f16
    %e = arith.extf %b : f16 to f32
    %m = arith.mulf %e, %t : f32
    memref.store %m, %y[%i] : memref<?xf32>
    gpu.terminator
  }
  return
}
func.func @total(%w: memref<2xf16>, %s: f16, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %y = memref.alloc(%n) : memref<?xf32>
  func.call @f(%w, %s, %x, %y) : (memref<2xf16>, f16, memref<?xf32>, memref<?xf32>) -> ()
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f32 {
    %yi = memref.load %y[%i] : memref<?xf32>
    %next = arith.addf %sum, %yi : f32
    scf.yield %next : f32
  }
  memref.dealloc %y : memref<?xf32>
  return %r : f32
}
// CHECK-LABEL: func.func private @total.vjp
// CHECK:         %[[W:.*]] = autodiff.shadow() : memref<2xf32>
// CHECK:         gpu.launch {{.*}} workgroup(%[[TILE:.*]] : memref<1xf32, #gpu.address_space<workgroup>>
// CHECK:           autodiff.accumulate %{{.*}}, %[[TILE]]{{.*}} : memref<1xf32, #gpu.address_space<workgroup>>
// CHECK:           gpu.all_reduce
// CHECK-NEXT:      } : (f32) -> f32
// SUM: grad-arg-0 {{.*}} [4096, 4096]
// SUM: grad-arg-1 {{.*}} 4096{{$}}

// Each of 1024 threads gets the sum, so each has the sum of 1024 cotangents.
func.func @reduced(%x: memref<1024xbf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c1024 = arith.constant 1024 : index
  %zero = arith.constant 0.0 : f32
  %y = memref.alloc() : memref<1024xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
      threads(%tx, %ty, %tz) in (%sx = %c1024, %sy = %c1, %sz = %c1) {
    %xi = memref.load %x[%tx] : memref<1024xbf16>
    %t = gpu.all_reduce add %xi uniform {} : (bf16) -> bf16
    %e = arith.extf %t : bf16 to f32
    memref.store %e, %y[%tx] : memref<1024xf32>
    gpu.terminator
  }
  %r = scf.for %i = %c0 to %c1024 step %c1 iter_args(%sum = %zero) -> f32 {
    %yi = memref.load %y[%i] : memref<1024xf32>
    %next = arith.addf %sum, %yi : f32
    scf.yield %next : f32
  }
  memref.dealloc %y : memref<1024xf32>
  return %r : f32
}
// REDUCED: grad-arg-0 {{.*}} min 1.024000e3, max 1.024000e3
