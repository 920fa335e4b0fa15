// What another vendor's chips have is an error at its place, before LLVM's code generator meets it.
// RUN: autodiff-opt %s --split-input-file --autodiff-rocdl-pipeline=chip=gfx942 --verify-diagnostics

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @vote(%p: i1, %m: i32) kernel {
      // expected-error @below {{'nvvm.vote.sync' op in a kernel has no conversion for this chip}}
      %b = nvvm.vote.sync ballot %m, %p -> i32
      // expected-error @below {{'llvm.call_intrinsic' op in a kernel has no conversion for this chip}}
      llvm.call_intrinsic "llvm.nvvm.membar.gl"() : () -> ()
      gpu.return
    }
  }
}

// -----

// A barrier has a meaning on both.
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @barrier() kernel {
      nvvm.barrier0
      gpu.return
    }
  }
}
