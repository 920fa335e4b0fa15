// A kernel has no heap: memory of a size that is known at run time only, and releases of what others have allocated.
// RUN: autodiff-opt %s --autodiff-place-device-memory --split-input-file --verify-diagnostics
gpu.module @kernels {
  gpu.func @sizes(%n: index) {
    // expected-error @below {{'memref.alloc' op: a kernel cannot allocate memory of a size that is known at run time only}}
    // expected-note @below {{allocate it before the launch, with a part for each thread}}
    %x = memref.alloc(%n) : memref<?xf64>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @release(%x: memref<?xf64>) {
    // expected-error @below {{'memref.dealloc' op: a kernel cannot release memory that it has not allocated itself}}
    memref.dealloc %x : memref<?xf64>
    gpu.return
  }
}
