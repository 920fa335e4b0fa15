// Memory of a size that is known at run time only, releases of what others have allocated, too much workgroup memory.
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

// -----

gpu.module @kernels {
  // expected-error @below {{kernel '@tiles' names 65536 bytes of workgroup memory, this chip has at most 49152}}
  // expected-note @below {{use smaller tiles, or dynamic workgroup memory where the chip has more of it}}
  gpu.func @tiles() workgroup(%a: memref<64x64xf64, #gpu.address_space<workgroup>>,
                              %b: memref<4096xf64, #gpu.address_space<workgroup>>) {
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{'gpu.func' op: LLVM has no type 'tf32'}}
  gpu.func @narrow() workgroup(%a: memref<4x4xtf32, strided<[5, 1]>, #gpu.address_space<workgroup>>) {
    gpu.return
  }
}
