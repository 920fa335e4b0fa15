// A launch becomes a kernel in PTX or machine code, and a launch of it by name; ptxas takes the PTX.
// REQUIRES: cuda-toolkit
// RUN: autodiff-opt %s --autodiff-nvvm-pipeline=chip=sm_90 | FileCheck %s
// RUN: autodiff-opt %s --autodiff-nvvm-pipeline=chip=sm_90 | %kernels - %t ptx
// RUN: %ptxas -arch=sm_90 -o %t/kernel.cubin %t/scaled_exp_kernel.ptx
// RUN: llvm-readobj --symbols %t/kernel.cubin | FileCheck %s --check-prefix=SYMBOL
// RUN: autodiff-opt %s '--autodiff-nvvm-pipeline=chip=sm_80 format=bin O=2' | %kernels - %t cubin
// RUN: llvm-readobj --symbols %t/scaled_exp_kernel.cubin | FileCheck %s --check-prefix=SYMBOL

// CHECK-LABEL: func.func @scaled_exp
// CHECK:         gpu.launch_func @scaled_exp_kernel::@scaled_exp_kernel blocks in
// CHECK:       gpu.binary @scaled_exp_kernel [#gpu.object<#nvvm.target<O = 3, chip = "sm_90">
// CHECK-SAME:    .target sm_90
// CHECK-SAME:    .visible .entry scaled_exp_kernel
// CHECK-SAME:    ld.global.b64
// CHECK-SAME:    st.global.b64

// SYMBOL: Name: scaled_exp_kernel
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
