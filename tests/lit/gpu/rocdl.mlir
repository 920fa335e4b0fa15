// A launch becomes a kernel in AMD's assembly or in a code object that llvm-readobj accepts.
// REQUIRES: rocm-device-libs
// RUN: autodiff-opt %s --autodiff-rocdl-pipeline=chip=gfx90a | FileCheck %s
// RUN: autodiff-opt %s '--autodiff-rocdl-pipeline=chip=gfx90a format=bin' | %kernels - %t/gfx90a
// RUN: llvm-readobj --file-headers --symbols --notes %t/gfx90a/scaled_exp_kernel.bin | FileCheck %s --check-prefix=OBJECT
// RUN: autodiff-opt %s '--autodiff-rocdl-pipeline=chip=gfx942 format=bin' | %kernels - %t/gfx942
// RUN: llvm-readobj --file-headers --symbols --notes %t/gfx942/scaled_exp_kernel.bin | FileCheck %s --check-prefix=OBJECT
// RUN: autodiff-opt %s '--autodiff-rocdl-pipeline=chip=gfx1100 format=bin' | %kernels - %t/gfx1100
// RUN: llvm-readobj --file-headers --symbols --notes %t/gfx1100/scaled_exp_kernel.bin | FileCheck %s --check-prefix=OBJECT

// CHECK-LABEL: func.func @scaled_exp
// CHECK:         gpu.launch_func @scaled_exp_kernel::@scaled_exp_kernel blocks in
// CHECK:       gpu.binary @scaled_exp_kernel [#gpu.object<#rocdl.target<O = 3, chip = "gfx90a">
// CHECK-SAME:    .amdgcn_target \22amdgcn-amd-amdhsa--gfx90a\22
// CHECK-SAME:    global_load_dwordx2
// CHECK-SAME:    .amdhsa_kernel scaled_exp_kernel

// OBJECT: Machine: EM_AMDGPU
// OBJECT: Name: scaled_exp_kernel
// OBJECT: amdhsa.kernels
func.func @scaled_exp(%a: f64, %x: memref<?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 64 : index
  %n = memref.dim %x, %zero : memref<?xf64>
  %blocks = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %v = memref.load %x[%i] : memref<?xf64>
      %scaled = arith.mulf %a, %v : f64
      %e = math.exp %scaled : f64
      memref.store %e, %x[%i] : memref<?xf64>
    }
    gpu.terminator
  }
  return
}
