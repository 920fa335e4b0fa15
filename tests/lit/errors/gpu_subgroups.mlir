// Reductions that some threads may not reach, clusters that do not fit, and what no chip of both vendors has.
// RUN: autodiff-opt %s --autodiff-expand-subgroups --split-input-file --verify-diagnostics
gpu.module @kernels {
  gpu.func @branch(%x: f64, %c: i1) {
    scf.if %c {
      // expected-error @below {{'gpu.all_reduce' op is in a branch or loop that some threads of a block may not reach; mark it 'uniform' if all of them do}}
      %sum = gpu.all_reduce add %x {} : (f64) -> f64
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @cluster(%x: f64) {
    // expected-error @below {{'gpu.subgroup_reduce' op has clusters of 64 lanes, a subgroup of this chip has 32}}
    %sum = gpu.subgroup_reduce add %x cluster(size = 64) : (f64) -> f64
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @first(%x: f64) {
    // expected-error @below {{'gpu.subgroup_broadcast' op asks for the first active lane, which is not supported; name a lane by 'specific_lane'}}
    %y = gpu.subgroup_broadcast %x, first_active_lane : f64
    gpu.return
  }
}
