// Gravitational acceleration of n bodies, all pairs, from tiles of 64 bodies in workgroup memory.
//
//   a_i = sum_j m_j (p_j - p_i) / (|p_j - p_i|^2 + s)^(3/2)
//
// No buffer is the same memory as another (`__restrict__`).
// Sizes: n bodies at run time, s > 0 the square of the softening length; a last tile is filled up with bodies of mass
// 0.
// Source: L. Nyland, M. Harris, J. Prins, "Fast N-Body Simulation with CUDA", GPU Gems 3, ch. 31.
// RUN: autodiff-run %s --entry n_body --target gpu-host --arg 0.1 --arg rand:70x3:1 --arg rand:70:2 --arg zeros:70x3 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry n_body --target gpu-host --check-races --arg 0.1 --arg rand:70x3:1 \
// RUN:   --arg rand:70:2 --arg zeros:70x3 | FileCheck %s
// CHECK: kernel primal 'n_body_kernel': launches 1,
!tile = memref<64x4xf64, #gpu.address_space<workgroup>>
func.func @n_body(%s: f64, %p: memref<?x3xf64> {llvm.noalias}, %m: memref<?xf64> {llvm.noalias},
                  %a: memref<?x3xf64> {llvm.noalias}) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %size = arith.constant 64 : index
  %none = arith.constant 0.0 : f64
  %n = memref.dim %m, %zero : memref<?xf64>
  %tiles = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %tiles, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one)
             workgroup(%bodies : !tile) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    %own:3 = scf.if %inside -> (f64, f64, f64) {
      %x = memref.load %p[%i, %zero] : memref<?x3xf64>
      %y = memref.load %p[%i, %one] : memref<?x3xf64>
      %z = memref.load %p[%i, %two] : memref<?x3xf64>
      scf.yield %x, %y, %z : f64, f64, f64
    } else {
      scf.yield %none, %none, %none : f64, f64, f64
    }
    %sum:3 = scf.for %t = %zero to %tiles step %one
        iter_args(%ax = %none, %ay = %none, %az = %none) -> (f64, f64, f64) {
      %offset = arith.muli %t, %size : index
      %j = arith.addi %offset, %tx : index
      %exists = arith.cmpi ult, %j, %n : index
      %body:4 = scf.if %exists -> (f64, f64, f64, f64) {
        %x = memref.load %p[%j, %zero] : memref<?x3xf64>
        %y = memref.load %p[%j, %one] : memref<?x3xf64>
        %z = memref.load %p[%j, %two] : memref<?x3xf64>
        %mass = memref.load %m[%j] : memref<?xf64>
        scf.yield %x, %y, %z, %mass : f64, f64, f64, f64
      } else {
        scf.yield %none, %none, %none, %none : f64, f64, f64, f64
      }
      memref.store %body#0, %bodies[%tx, %zero] : !tile
      memref.store %body#1, %bodies[%tx, %one] : !tile
      memref.store %body#2, %bodies[%tx, %two] : !tile
      memref.store %body#3, %bodies[%tx, %three] : !tile
      gpu.barrier
      %tile_sum:3 = scf.for %b = %zero to %size step %one
          iter_args(%bx_sum = %ax, %by_sum = %ay, %bz_sum = %az) -> (f64, f64, f64) {
        %x = memref.load %bodies[%b, %zero] : !tile
        %y = memref.load %bodies[%b, %one] : !tile
        %z = memref.load %bodies[%b, %two] : !tile
        %mass = memref.load %bodies[%b, %three] : !tile
        %dx = arith.subf %x, %own#0 : f64
        %dy = arith.subf %y, %own#1 : f64
        %dz = arith.subf %z, %own#2 : f64
        %xx = arith.mulf %dx, %dx : f64
        %yy = arith.mulf %dy, %dy : f64
        %zz = arith.mulf %dz, %dz : f64
        %xy = arith.addf %xx, %yy : f64
        %distance = arith.addf %xy, %zz : f64
        %softened = arith.addf %distance, %s : f64
        %inverse = math.rsqrt %softened : f64
        %square = arith.mulf %inverse, %inverse : f64
        %cube = arith.mulf %square, %inverse : f64
        %pull = arith.mulf %mass, %cube : f64
        %fx = arith.mulf %pull, %dx : f64
        %fy = arith.mulf %pull, %dy : f64
        %fz = arith.mulf %pull, %dz : f64
        %next_x = arith.addf %bx_sum, %fx : f64
        %next_y = arith.addf %by_sum, %fy : f64
        %next_z = arith.addf %bz_sum, %fz : f64
        scf.yield %next_x, %next_y, %next_z : f64, f64, f64
      }
      gpu.barrier
      scf.yield %tile_sum#0, %tile_sum#1, %tile_sum#2 : f64, f64, f64
    }
    scf.if %inside {
      memref.store %sum#0, %a[%i, %zero] : memref<?x3xf64>
      memref.store %sum#1, %a[%i, %one] : memref<?x3xf64>
      memref.store %sum#2, %a[%i, %two] : memref<?x3xf64>
    }
    gpu.terminator
  }
  return
}
