// Each thread of a grid in three dimensions knows its ids, all sizes, its lane and its subgroup.
// RUN: autodiff-run %s --entry ids --target gpu-host | FileCheck %s
// RUN: autodiff-run %s --entry ids --target gpu-host --subgroup-size 5 | FileCheck %s --check-prefix=FIVE
module attributes {gpu.container_module} {
  gpu.module @kernels {
    // Eighteen numbers for each thread, at its place in the grid.
    gpu.func @ids(%out: memref<3x5x4x18xindex>) kernel {
      %tx = gpu.thread_id x
      %ty = gpu.thread_id y
      %tz = gpu.thread_id z
      %bx = gpu.block_id x
      %by = gpu.block_id y
      %bz = gpu.block_id z
      %sx = gpu.block_dim x
      %sy = gpu.block_dim y
      %sz = gpu.block_dim z
      %gx = gpu.grid_dim x
      %gy = gpu.grid_dim y
      %gz = gpu.grid_dim z
      %x = gpu.global_id x
      %y = gpu.global_id y
      %z = gpu.global_id z
      %lane = gpu.lane_id
      %subgroup = gpu.subgroup_id : index
      %subgroups = gpu.num_subgroups : index
      %lanes = gpu.subgroup_size : index
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.constant 3 : index
      %c4 = arith.constant 4 : index
      %c5 = arith.constant 5 : index
      %c6 = arith.constant 6 : index
      %c7 = arith.constant 7 : index
      %c8 = arith.constant 8 : index
      %c9 = arith.constant 9 : index
      %c10 = arith.constant 10 : index
      %c11 = arith.constant 11 : index
      %c12 = arith.constant 12 : index
      %c13 = arith.constant 13 : index
      %c14 = arith.constant 14 : index
      %c15 = arith.constant 15 : index
      memref.store %tx, %out[%z, %y, %x, %c0] : memref<3x5x4x18xindex>
      memref.store %ty, %out[%z, %y, %x, %c1] : memref<3x5x4x18xindex>
      memref.store %tz, %out[%z, %y, %x, %c2] : memref<3x5x4x18xindex>
      memref.store %bx, %out[%z, %y, %x, %c3] : memref<3x5x4x18xindex>
      memref.store %by, %out[%z, %y, %x, %c4] : memref<3x5x4x18xindex>
      memref.store %bz, %out[%z, %y, %x, %c5] : memref<3x5x4x18xindex>
      memref.store %sx, %out[%z, %y, %x, %c6] : memref<3x5x4x18xindex>
      memref.store %sy, %out[%z, %y, %x, %c7] : memref<3x5x4x18xindex>
      memref.store %sz, %out[%z, %y, %x, %c8] : memref<3x5x4x18xindex>
      memref.store %gx, %out[%z, %y, %x, %c9] : memref<3x5x4x18xindex>
      memref.store %gy, %out[%z, %y, %x, %c10] : memref<3x5x4x18xindex>
      memref.store %gz, %out[%z, %y, %x, %c11] : memref<3x5x4x18xindex>
      memref.store %lane, %out[%z, %y, %x, %c12] : memref<3x5x4x18xindex>
      memref.store %subgroup, %out[%z, %y, %x, %c13] : memref<3x5x4x18xindex>
      memref.store %subgroups, %out[%z, %y, %x, %c14] : memref<3x5x4x18xindex>
      memref.store %lanes, %out[%z, %y, %x, %c15] : memref<3x5x4x18xindex>
      gpu.return
    }
  }
  // Blocks of 2 x 5 x 3 threads, a grid of 2 x 1 x 1. Returns what the last thread of the second block knows, and how
  // many threads do not know that their place is block * size + thread.
  func.func @ids() -> (memref<6xindex>, memref<6xindex>, memref<4xindex>, index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %five = arith.constant 5 : index
    %six = arith.constant 6 : index
    %twelve = arith.constant 12 : index
    %out = memref.alloc() : memref<3x5x4x18xindex>
    gpu.launch_func @kernels::@ids blocks in (%two, %one, %one) threads in (%two, %five, %three)
        args(%out : memref<3x5x4x18xindex>)
    %a = memref.alloc() : memref<6xindex>
    %b = memref.alloc() : memref<6xindex>
    %c = memref.alloc() : memref<4xindex>
    scf.for %i = %zero to %six step %one {
      %first = memref.load %out[%two, %four, %three, %i] : memref<3x5x4x18xindex>
      memref.store %first, %a[%i] : memref<6xindex>
      %next = arith.addi %i, %six : index
      %second = memref.load %out[%two, %four, %three, %next] : memref<3x5x4x18xindex>
      memref.store %second, %b[%i] : memref<6xindex>
    }
    scf.for %i = %zero to %four step %one {
      %next = arith.addi %i, %twelve : index
      %third = memref.load %out[%two, %four, %three, %next] : memref<3x5x4x18xindex>
      memref.store %third, %c[%i] : memref<4xindex>
    }
    %wrong = scf.for %z = %zero to %three step %one iter_args(%z_sum = %zero) -> index {
      %z_wrong = scf.for %y = %zero to %five step %one iter_args(%y_sum = %z_sum) -> index {
        %y_wrong = scf.for %x = %zero to %four step %one iter_args(%sum = %y_sum) -> index {
          %tx = memref.load %out[%z, %y, %x, %zero] : memref<3x5x4x18xindex>
          %ty = memref.load %out[%z, %y, %x, %one] : memref<3x5x4x18xindex>
          %tz = memref.load %out[%z, %y, %x, %two] : memref<3x5x4x18xindex>
          %bx = memref.load %out[%z, %y, %x, %three] : memref<3x5x4x18xindex>
          %start = arith.muli %bx, %two : index
          %place = arith.addi %start, %tx : index
          %x_differs = arith.cmpi ne, %place, %x : index
          %y_differs = arith.cmpi ne, %ty, %y : index
          %z_differs = arith.cmpi ne, %tz, %z : index
          %differs = arith.ori %x_differs, %y_differs : i1
          %is_wrong = arith.ori %differs, %z_differs : i1
          %count = arith.select %is_wrong, %one, %zero : index
          %next = arith.addi %sum, %count : index
          scf.yield %next : index
        }
        scf.yield %y_wrong : index
      }
      scf.yield %z_wrong : index
    }
    memref.dealloc %out : memref<3x5x4x18xindex>
    return %a, %b, %c, %wrong : memref<6xindex>, memref<6xindex>, memref<4xindex>, index
  }
}
// Thread 29 of 30: lane 29 of the only subgroup of 32, or the last of six subgroups of 5.
// CHECK: result-0 {{.*}} [1, 4, 2, 1, 0, 0]
// CHECK: result-1 {{.*}} [2, 5, 3, 2, 1, 1]
// CHECK: result-2 {{.*}} [29, 0, 1, 32]
// CHECK: result-3 {{ *}}index {{ *}}0
// FIVE: result-0 {{.*}} [1, 4, 2, 1, 0, 0]
// FIVE: result-2 {{.*}} [4, 5, 6, 5]
// FIVE: result-3 {{ *}}index {{ *}}0
