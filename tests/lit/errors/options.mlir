// Options out of their range are errors that name the option, what it expects and what it got.
// RUN: not autodiff-opt %s --autodiff-expand-subgroups=size=0 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not autodiff-opt %s --autodiff-expand-subgroups=size=48 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not autodiff-opt %s --autodiff-expand-subgroups=size=9223372036854775807 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not autodiff-opt %s --autodiff-lower=subgroup-size=-32 2>&1 | FileCheck %s --check-prefix=LANES
// RUN: not autodiff-opt %s --autodiff-lower=stream-above=-1 2>&1 | FileCheck %s --check-prefix=STREAM
// RUN: not autodiff-opt %s --autodiff-place-device-memory=workgroup-bytes=-1 2>&1 | FileCheck %s --check-prefix=BYTES
// RUN: not autodiff-opt %s --autodiff-localize=chunks=0 2>&1 | FileCheck %s --check-prefix=CHUNKS
// RUN: not autodiff-opt %s --autodiff-gpu-to-binary=vendor=other 2>&1 | FileCheck %s --check-prefix=VENDOR
// RUN: not autodiff-opt %s --autodiff-gpu-to-binary=format=fatbin 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not autodiff-opt %s --autodiff-nvvm-pipeline=chip=sm_90af 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: autodiff-opt %s --autodiff-nvvm-pipeline=chip=sm_90a

// SIZE: error: size: expected a power of two from 1 to 128, got '{{[0-9]+}}'
// LANES: error: subgroup-size: expected a power of two from 1 to 128, got '-32'
// STREAM: error: stream-above: expected a number from 0 to {{[0-9]+}}, got '-1'
// BYTES: error: workgroup-bytes: expected a number from 0 to {{[0-9]+}}, got '-1'
// CHUNKS: error: chunks: expected a number from 1 to 4096, got '0'
// VENDOR: error: vendor: expected nvidia or amd, got 'other'
// FORMAT: error: format: expected isa or bin, got 'fatbin'
// CHIP: error: {{.*}}chip: 'sm_90af' is no NVIDIA chip
func.func @scale(%x: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %v = memref.load %x[%c0] : memref<4xf64>
  memref.store %v, %x[%c0] : memref<4xf64>
  return
}
