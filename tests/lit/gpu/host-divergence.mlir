// Threads that wait for others that never come: all places are named.
// RUN: not autodiff-run %s --entry returned --target gpu-host 2>&1 | FileCheck %s --check-prefix=RETURNED
// RUN: not autodiff-run %s --entry apart --target gpu-host 2>&1 | FileCheck %s --check-prefix=APART
// RUN: not autodiff-run %s --entry reduce --target gpu-host 2>&1 | FileCheck %s --check-prefix=REDUCE
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @returned() kernel {
      %thread = gpu.thread_id x
      %two = arith.constant 2 : index
      %early = arith.cmpi uge, %thread, %two : index
      cf.cond_br %early, ^end, ^wait
    ^wait:
      // RETURNED: [[@LINE+2]]:7: error: barrier divergence in block (0, 0, 0) of kernel 'kernels::returned': 2 of 8 threads wait
      // RETURNED-SAME: at this 'gpu.barrier', the first is (0, 0, 0)
      gpu.barrier
      cf.br ^end
    ^end:
      gpu.return
    }
    gpu.func @apart() kernel {
      %thread = gpu.thread_id y
      %zero = arith.constant 0 : index
      %first = arith.cmpi eq, %thread, %zero : index
      scf.if %first {
        // APART: [[@LINE+2]]:9: error: barrier divergence in block (0, 0, 0) of kernel 'kernels::apart': 4 of 8 threads wait
        // APART-SAME: at this 'gpu.barrier', the first is (0, 0, 0)
        gpu.barrier
      } else {
        // APART: [[@LINE+1]]:9: note: 4 threads at this 'gpu.barrier', the first is (0, 1, 0)
        gpu.barrier
      }
      gpu.return
    }
    gpu.func @reduce() kernel {
      %thread = gpu.thread_id x
      %zero = arith.constant 0 : index
      %first = arith.cmpi eq, %thread, %zero : index
      %value = arith.constant 1 : i32
      scf.if %first {
        %sum = gpu.all_reduce add %value uniform {} : (i32) -> (i32)
      }
      // REDUCE: [[@LINE+2]]:7: error: barrier divergence in block (0, 0, 0) of kernel 'kernels::reduce': 6 of 8 threads
      // REDUCE-NEXT: [[@LINE-3]]:16: note: 2 threads at this 'gpu.all_reduce', the first is (0, 0, 0)
      gpu.barrier
      gpu.return
    }
  }
  func.func @returned() {
    %one = arith.constant 1 : index
    %eight = arith.constant 8 : index
    // RETURNED: [[@LINE+1]]:5: note: 6 threads returned from the kernel, the first is (2, 0, 0)
    gpu.launch_func @kernels::@returned blocks in (%one, %one, %one) threads in (%eight, %one, %one)
    return
  }
  func.func @apart() {
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %four = arith.constant 4 : index
    gpu.launch_func @kernels::@apart blocks in (%one, %one, %one) threads in (%four, %two, %one)
    return
  }
  func.func @reduce() {
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %four = arith.constant 4 : index
    gpu.launch_func @kernels::@reduce blocks in (%one, %one, %one) threads in (%four, %two, %one)
    return
  }
}
