// Kernels call functions that know the thread, use workgroup memory, and wait.
// RUN: autodiff-run %s --entry calls --target gpu-host --check-races | FileCheck %s
module attributes {gpu.container_module} {
  gpu.module @kernels {
    memref.global "private" @row : memref<4xi32, #gpu.address_space<workgroup>>
    func.func @mirror(%value: i32) -> i32 {
      %row = memref.get_global @row : memref<4xi32, #gpu.address_space<workgroup>>
      %tx = gpu.thread_id x
      %size = gpu.block_dim x
      %one = arith.constant 1 : index
      memref.store %value, %row[%tx] : memref<4xi32, #gpu.address_space<workgroup>>
      gpu.barrier
      %last = arith.subi %size, %one : index
      %other = arith.subi %last, %tx : index
      %result = memref.load %row[%other] : memref<4xi32, #gpu.address_space<workgroup>>
      gpu.barrier
      return %result : i32
    }
    func.func @square(%value: i32) -> i32 {
      %result = arith.muli %value, %value : i32
      return %result : i32
    }
    gpu.func @first(%out: memref<4xi32>) kernel {
      %tx = gpu.thread_id x
      %number = arith.index_cast %tx : index to i32
      %square = func.call @square(%number) : (i32) -> i32
      %result = func.call @mirror(%square) : (i32) -> i32
      memref.store %result, %out[%tx] : memref<4xi32>
      gpu.return
    }
    // Never launched: nobody minds what the host cannot do.
    gpu.func @unused() kernel {
      nvvm.barrier0
      gpu.return
    }
  }
  // A function of the same name on the host.
  func.func @square(%value: i32) -> i32 {
    %result = arith.addi %value, %value : i32
    return %result : i32
  }
  func.func @calls() -> (memref<4xi32>, i32) {
    %one = arith.constant 1 : index
    %four = arith.constant 4 : index
    %five = arith.constant 5 : i32
    %out = memref.alloc() : memref<4xi32>
    gpu.launch_func @kernels::@first blocks in (%one, %one, %one) threads in (%four, %one, %one) args(%out : memref<4xi32>)
    %double = func.call @square(%five) : (i32) -> i32
    return %out, %double : memref<4xi32>, i32
  }
}
// CHECK: result-0 {{.*}} [9, 4, 1, 0]
// CHECK: result-1 {{.*}} 10
