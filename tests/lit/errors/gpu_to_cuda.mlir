// Memory that a CUDA device cannot reach, and what only makes sense inside kernels.
// RUN: autodiff-opt %s --autodiff-gpu-to-cuda --split-input-file --verify-diagnostics
module attributes {gpu.container_module} {
  gpu.binary @kernels [#gpu.object<#nvvm.target, "">]
  func.func @stack(%n: index) {
    // expected-note @below {{allocate it with 'memref.alloc', and copy to it}}
    %x = memref.alloca() : memref<4xf64>
    %y = memref.cast %x : memref<4xf64> to memref<?xf64>
    // expected-error @below {{kernel argument #1 is the host's stack, which the device cannot reach}}
    gpu.launch_func @kernels::@k blocks in (%n, %n, %n) threads in (%n, %n, %n) args(%n : index, %y : memref<?xf64>)
    return
  }
}

// -----

module attributes {gpu.container_module} {
  gpu.binary @kernels [#gpu.object<#nvvm.target, "">]
  memref.global "private" constant @table : memref<4xf64> = dense<1.0>
  func.func @global(%n: index) {
    // expected-note @below {{allocate it with 'memref.alloc', and copy to it}}
    %x = memref.get_global @table : memref<4xf64>
    // expected-error @below {{kernel argument #0 is a global of the host, which the device cannot reach}}
    gpu.launch_func @kernels::@k blocks in (%n, %n, %n) threads in (%n, %n, %n) args(%x : memref<4xf64>)
    return
  }
}

// -----

func.func @id() -> index {
  // expected-error @below {{'gpu.thread_id' op is not supported beside kernels on a device}}
  %i = gpu.thread_id x
  return %i : index
}
