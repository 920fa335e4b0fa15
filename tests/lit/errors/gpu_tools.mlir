// What the pipelines for GPUs need and do not find, and chips that they do not know, are named with the remedy.
// RUN: not autodiff-opt %s --autodiff-nvvm-pipeline=chip=sm_13 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not autodiff-opt %s --autodiff-rocdl-pipeline=chip=gfx803 2>&1 | FileCheck %s --check-prefix=AMD-CHIP
// RUN: not autodiff-opt %s --autodiff-nvvm-pipeline=format=elf 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not autodiff-opt %s --autodiff-nvvm-pipeline=O=7 2>&1 | FileCheck %s --check-prefix=LEVEL
// RUN: not autodiff-opt %s --autodiff-nvvm-pipeline=toolkit=%t.none 2>&1 | FileCheck %s --check-prefix=LIBDEVICE
// RUN: not autodiff-opt %s '--autodiff-nvvm-pipeline=format=bin toolkit=%t.none' 2>&1 | FileCheck %s --check-prefix=PTXAS
// RUN: not autodiff-opt %s --autodiff-rocdl-pipeline=device-libs=%t.none 2>&1 | FileCheck %s --check-prefix=OCML
// RUN: not autodiff-opt %s '--autodiff-rocdl-pipeline=format=bin lld=%t.none' 2>&1 | FileCheck %s --check-prefix=LLD

// CHIP: error: pipeline 'autodiff-nvvm-pipeline': chip: 'sm_13' is no NVIDIA chip that is supported, expected one of sm_70,
// AMD-CHIP: error: pipeline 'autodiff-rocdl-pipeline': chip: 'gfx803' is no AMD chip that is supported, expected one of gfx900,
// FORMAT: format: expected isa or bin, got 'elf'
// LEVEL: O: expected a number from 0 to 3, got '7'
// LIBDEVICE: gpu_tools.mlir:[[@LINE+15]]:10: error: a kernel calls '__nv_tan' of NVIDIA's libdevice.10.bc, which was not found in '{{.*}}.none'
// LIBDEVICE: note: install a CUDA toolkit or the Python package nvidia-cuda-nvcc-cu12, and name it by 'toolkit'
// OCML: gpu_tools.mlir:[[@LINE+13]]:10: error: a kernel calls '__ocml_tan_f64' of ROCm's device libraries, which was not found in '{{.*}}.none'
// OCML: note: install Debian's package rocm-device-libs
// PTXAS: gpu_tools.mlir:[[@LINE+8]]:3: error: machine code takes 'ptxas', which was not found
// PTXAS: note: install a CUDA toolkit or the Python package nvidia-cuda-nvcc-cu12
// LLD: gpu_tools.mlir:[[@LINE+6]]:3: error: machine code takes 'ld.lld', which was not found
// LLD: note: install Debian's package lld-22

func.func @tangent(%x: memref<32xf64>) {
  %one = arith.constant 1 : index
  %size = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%i, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %v = memref.load %x[%i] : memref<32xf64>
    %t = math.tan %v : f64
    memref.store %t, %x[%i] : memref<32xf64>
    gpu.terminator
  }
  return
}
