// Volume term of a discontinuous Galerkin method (collocation on 5 x 5 nodes an element) for the compressible Euler
// equations in two dimensions, on elements that are rectangles.
//
//   state q = (rho, rho u, rho v, E), pressure p = (gamma - 1) (E - (rho u^2 + rho v^2) / 2), gamma = 1.4
//   F(q) = (rho u, rho u^2 + p, rho u v, u (E + p)),  G(q) = (rho v, rho u v, rho v^2 + p, v (E + p))
//   rhs_vji = - rx sum_n D_in F_v(q_jn) - ry sum_n D_jn G_v(q_ni)
//
// Sizes: the number of elements at run time, one block of 5 x 5 threads an element; the fluxes and the differentiation
// matrix D are in workgroup memory. rx = 2 / width and ry = 2 / height of an element. `main` shifts the state to a
// physical one: rho by 1, rho u and rho v by 0.2, E by 2.5, after scaling it by 0.1.
// Source: J. Hesthaven, T. Warburton, "Nodal Discontinuous Galerkin Methods" (2008), ch. 6; the volume kernel of
// ClimateMachine, which this is the two-dimensional case of without gravity, is described by A. Sridhar et al.,
// Geosci. Model Dev. 15 (2022).
// RUN: autodiff-run %s --entry main --target gpu-host --arg 1.5 --arg 2.5 --arg rand:5x5:1 --arg rand:3x4x5x5:2 \
// RUN:   --arg zeros:3x4x5x5 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry main --target gpu-host --check-races --arg 1.5 --arg 2.5 \
// RUN:   --arg rand:5x5:1 --arg rand:7x4x5x5:2 --arg zeros:7x4x5x5 | FileCheck %s
// CHECK: kernel primal 'dg_kernel': launches 1,
!matrix = memref<5x5xf64, #gpu.address_space<workgroup>>
!flux = memref<4x5x5xf64, #gpu.address_space<workgroup>>
func.func @dg(%rx: f64, %ry: f64, %d: memref<5x5xf64>, %q: memref<?x4x5x5xf64>, %rhs: memref<?x4x5x5xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %nodes = arith.constant 5 : index
  %none = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %ratio = arith.constant 0.4 : f64
  %elements = memref.dim %q, %zero : memref<?x4x5x5xf64>
  gpu.launch blocks(%e, %by, %bz) in (%gx = %elements, %gy = %one, %gz = %one)
             threads(%i, %j, %tz) in (%sx = %nodes, %sy = %nodes, %sz = %one)
             workgroup(%matrix : !matrix, %f : !flux, %g : !flux) {
    %entry = memref.load %d[%j, %i] : memref<5x5xf64>
    memref.store %entry, %matrix[%j, %i] : !matrix
    %rho = memref.load %q[%e, %zero, %j, %i] : memref<?x4x5x5xf64>
    %rho_u = memref.load %q[%e, %one, %j, %i] : memref<?x4x5x5xf64>
    %rho_v = memref.load %q[%e, %two, %j, %i] : memref<?x4x5x5xf64>
    %energy = memref.load %q[%e, %three, %j, %i] : memref<?x4x5x5xf64>
    %u = arith.divf %rho_u, %rho : f64
    %v = arith.divf %rho_v, %rho : f64
    %rho_uu = arith.mulf %rho_u, %u : f64
    %rho_uv = arith.mulf %rho_u, %v : f64
    %rho_vv = arith.mulf %rho_v, %v : f64
    %momentum = arith.addf %rho_uu, %rho_vv : f64
    %kinetic = arith.mulf %half, %momentum : f64
    %internal = arith.subf %energy, %kinetic : f64
    %p = arith.mulf %ratio, %internal : f64
    %f_u = arith.addf %rho_uu, %p : f64
    %g_v = arith.addf %rho_vv, %p : f64
    %enthalpy = arith.addf %energy, %p : f64
    %f_e = arith.mulf %u, %enthalpy : f64
    %g_e = arith.mulf %v, %enthalpy : f64
    memref.store %rho_u, %f[%zero, %j, %i] : !flux
    memref.store %f_u, %f[%one, %j, %i] : !flux
    memref.store %rho_uv, %f[%two, %j, %i] : !flux
    memref.store %f_e, %f[%three, %j, %i] : !flux
    memref.store %rho_v, %g[%zero, %j, %i] : !flux
    memref.store %rho_uv, %g[%one, %j, %i] : !flux
    memref.store %g_v, %g[%two, %j, %i] : !flux
    memref.store %g_e, %g[%three, %j, %i] : !flux
    gpu.barrier
    scf.for %variable = %zero to %four step %one {
      %sums:2 = scf.for %n = %zero to %nodes step %one iter_args(%x_sum = %none, %y_sum = %none) -> (f64, f64) {
        %d_x = memref.load %matrix[%i, %n] : !matrix
        %d_y = memref.load %matrix[%j, %n] : !matrix
        %f_n = memref.load %f[%variable, %j, %n] : !flux
        %g_n = memref.load %g[%variable, %n, %i] : !flux
        %x_part = arith.mulf %d_x, %f_n : f64
        %y_part = arith.mulf %d_y, %g_n : f64
        %x_next = arith.addf %x_sum, %x_part : f64
        %y_next = arith.addf %y_sum, %y_part : f64
        scf.yield %x_next, %y_next : f64, f64
      }
      %x_slope = arith.mulf %rx, %sums#0 : f64
      %y_slope = arith.mulf %ry, %sums#1 : f64
      %divergence = arith.addf %x_slope, %y_slope : f64
      %change = arith.negf %divergence : f64
      memref.store %change, %rhs[%e, %variable, %j, %i] : memref<?x4x5x5xf64>
    }
    gpu.terminator
  }
  return
}

func.func @main(%rx: f64, %ry: f64, %d: memref<5x5xf64>, %w: memref<?x4x5x5xf64>, %rhs: memref<?x4x5x5xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %five = arith.constant 5 : index
  %scale = arith.constant 0.1 : f64
  %density = arith.constant 1.0 : f64
  %momentum = arith.constant 0.2 : f64
  %energy = arith.constant 2.5 : f64
  %elements = memref.dim %w, %zero : memref<?x4x5x5xf64>
  %q = memref.alloc(%elements) : memref<?x4x5x5xf64>
  scf.for %e = %zero to %elements step %one {
    scf.for %variable = %zero to %four step %one {
      %is_density = arith.cmpi eq, %variable, %zero : index
      %is_energy = arith.cmpi eq, %variable, %three : index
      %other = arith.select %is_energy, %energy, %momentum : f64
      %shift = arith.select %is_density, %density, %other : f64
      scf.for %j = %zero to %five step %one {
        scf.for %i = %zero to %five step %one {
          %value = memref.load %w[%e, %variable, %j, %i] : memref<?x4x5x5xf64>
          %scaled = arith.mulf %scale, %value : f64
          %shifted = arith.addf %shift, %scaled : f64
          memref.store %shifted, %q[%e, %variable, %j, %i] : memref<?x4x5x5xf64>
        }
      }
    }
  }
  func.call @dg(%rx, %ry, %d, %q, %rhs)
      : (f64, f64, memref<5x5xf64>, memref<?x4x5x5xf64>, memref<?x4x5x5xf64>) -> ()
  memref.dealloc %q : memref<?x4x5x5xf64>
  return
}
