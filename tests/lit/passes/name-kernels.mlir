// Kernels get names that PTX accepts; what launches and calls them follows, and no two get one name.
// RUN: autodiff-opt %s --autodiff-name-kernels | FileCheck %s
module attributes {gpu.container_module} {
  // CHECK: gpu.module @f_vjp_kernel_0 {
  gpu.module @f.vjp_kernel {
    // CHECK: func.func private @part_one
    func.func private @part.one() {
      return
    }
    // CHECK: gpu.func @f_vjp_kernel() kernel
    gpu.func @f.vjp_kernel() kernel {
      // CHECK: func.call @part_one
      func.call @part.one() : () -> ()
      gpu.return
    }
  }
  // CHECK: gpu.module @f_vjp_kernel {
  gpu.module @f_vjp_kernel {
    // CHECK: gpu.func @main() kernel
    gpu.func @main() kernel {
      gpu.return
    }
    // A range of sizes that holds none cannot be said to NVVM.
    // CHECK: gpu.func @empty() kernel {
    gpu.func @empty() kernel attributes {known_block_size = array<i32: 8, 0, 1>, known_grid_size = array<i32: 0, 0, 0>} {
      gpu.return
    }
  }
  // A host function keeps its name.
  // CHECK: func.func @f.vjp()
  func.func @f.vjp() {
    %one = arith.constant 1 : index
    // CHECK: gpu.launch_func @f_vjp_kernel_0::@f_vjp_kernel
    gpu.launch_func @f.vjp_kernel::@f.vjp_kernel blocks in (%one, %one, %one) threads in (%one, %one, %one)
    // CHECK: gpu.launch_func @f_vjp_kernel::@main
    gpu.launch_func @f_vjp_kernel::@main blocks in (%one, %one, %one) threads in (%one, %one, %one)
    return
  }
}
