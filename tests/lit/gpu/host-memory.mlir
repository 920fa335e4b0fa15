// Memory of kernels: dynamic workgroup memory, memory of each thread, globals, and their spaces by number and by name.
// RUN: autodiff-run %s --entry memory --target gpu-host --check-races | FileCheck %s
// RUN: autodiff-opt %s --gpu-kernel-outlining --autodiff-gpu-to-host | FileCheck %s --check-prefix=IR --implicit-check-not=address_space
!bytes = memref<?xi8, #gpu.address_space<workgroup>>
!row = memref<4xf32, #gpu.address_space<workgroup>>
!tile = memref<2x4xi32, 3>
module attributes {gpu.container_module} {
  gpu.module @kernels {
    memref.global "private" @shared : memref<4xi32, #gpu.address_space<workgroup>>
    memref.global "private" constant @table : memref<4xi32> = dense<[2, 3, 5, 7]>
    gpu.func @memory(%a: memref<8xf32, 1>, %b: memref<8xi32>) workgroup(%tile : !tile) private(%own : memref<4xi32, 5>) kernel {
      %tx = gpu.thread_id x
      %bx = gpu.block_id x
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %four = arith.constant 4 : index
      %offset = arith.constant 16 : index
      // Two rows in the dynamic memory.
      %bytes = gpu.dynamic_shared_memory : !bytes
      %first = memref.view %bytes[%zero][] : !bytes to !row
      %second = memref.view %bytes[%offset][] : !bytes to !row
      %integer = arith.index_cast %tx : index to i32
      %number = arith.sitofp %integer : i32 to f32
      memref.store %number, %first[%tx] : !row
      %double = arith.addf %number, %number : f32
      memref.store %double, %second[%tx] : !row
      %table = memref.get_global @table : memref<4xi32>
      %prime = memref.load %table[%tx] : memref<4xi32>
      %shared = memref.get_global @shared : memref<4xi32, #gpu.address_space<workgroup>>
      memref.store %prime, %shared[%tx] : memref<4xi32, #gpu.address_space<workgroup>>
      memref.store %prime, %tile[%one, %tx] : !tile
      // Each thread has four numbers of its own.
      scf.for %i = %zero to %four step %one {
        memref.store %prime, %own[%i] : memref<4xi32, 5>
      }
      gpu.barrier
      %three = arith.constant 3 : index
      %other = arith.subi %three, %tx : index
      %u = memref.load %first[%other] : !row
      %v = memref.load %second[%tx] : !row
      %sum = arith.addf %u, %v : f32
      %start = arith.muli %bx, %four : index
      %place = arith.addi %start, %tx : index
      memref.store %sum, %a[%place] : memref<8xf32, 1>
      %p = memref.load %shared[%other] : memref<4xi32, #gpu.address_space<workgroup>>
      %q = memref.load %tile[%one, %other] : !tile
      %r = memref.load %own[%other] : memref<4xi32, 5>
      %pq = arith.muli %p, %q : i32
      %pqr = arith.muli %pq, %r : i32
      memref.store %pqr, %b[%place] : memref<8xi32>
      gpu.return
    }
  }
  func.func @memory() -> (memref<8xf32>, memref<8xi32>) {
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %four = arith.constant 4 : index
    %bytes = arith.constant 32 : i32
    %a = memref.alloc() : memref<8xf32>
    %b = memref.alloc() : memref<8xi32>
    %device = memref.memory_space_cast %a : memref<8xf32> to memref<8xf32, 1>
    gpu.launch_func @kernels::@memory blocks in (%two, %one, %one) threads in (%four, %one, %one)
        dynamic_shared_memory_size %bytes args(%device : memref<8xf32, 1>, %b : memref<8xi32>)
    return %a, %b : memref<8xf32>, memref<8xi32>
  }
}
// (3 - t) + 2 t; primes of others squared, times one's own.
// CHECK: result-0 {{.*}} [3, 4, 5, 6, 3, 4, 5, 6]
// CHECK: result-1 {{.*}} [98, 75, 45, 28, 98, 75, 45, 28]
// IR-LABEL: func.func private @kernels.memory
// IR: memref.view %{{.*}} : memref<?xi8> to memref<2x4xi32>
