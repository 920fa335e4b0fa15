// Stress forces and volumes of hexahedral elements (LULESH: the integration of stresses for elements, and the volumes
// of the Lagrange step), and the sum of the forces at nodes.
//
// An element has corners 0 to 7: (0,0,0), (1,0,0), (1,1,0), (0,1,0), (0,0,1), (1,0,1), (1,1,1), (0,1,1) in (x, y, z),
// and six faces. A face a, b, c, d has the area vector r x s, r = (c + d - a - b) / 2, s = (b + c - a - d) / 2, a
// quarter of which belongs to each corner. With B_k the sum of these quarters over the three faces at corner k and the
// pressure p (with the artificial viscosity) of the element,
//   force_k = p B_k,
//   volume = 1/12 (|x31 + x72, x63, x20| + |x43 + x57, x64, x70| + |x14 + x25, x61, x50|), xab = corner a - corner b.
// The force at a node is the sum over the up to eight elements around it.
//
// Sizes: a structured mesh of ez x ey x ex elements at run time, (ez+1) x (ey+1) x (ex+1) nodes; blocks of 4 x 4 x 4
// threads, one thread an element, then one thread a node. Forces of corners are stored between the two kernels.
// Source: R. Hornung, J. Keasler, M. Gokhale, "Hydrodynamics Challenge Problem", LLNL-TR-490254 (2011); the volume
// after J. Grandy, "Efficient Computation of Volume of Hexahedral Cells", UCRL-ID-128886 (1997).
// RUN: autodiff-run %s --entry main --target gpu-host --arg rand:4x5x6:1 --arg rand:4x5x6:2 --arg rand:4x5x6:3 \
// RUN:   --arg rand:3x4x5:4 --arg zeros:4x5x6 --arg zeros:4x5x6 --arg zeros:4x5x6 --arg zeros:3x4x5 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry main --target gpu-host --check-races --arg rand:4x5x6:1 \
// RUN:   --arg rand:4x5x6:2 --arg rand:4x5x6:3 --arg rand:3x4x5:4 --arg zeros:4x5x6 --arg zeros:4x5x6 \
// RUN:   --arg zeros:4x5x6 --arg zeros:3x4x5 | FileCheck %s
// CHECK: kernel primal 'integrate_kernel': launches 1,
// CHECK-NEXT: kernel primal 'gather_kernel': launches 1,
!mesh = memref<?x?x?xf64>
!corner_forces = memref<3x8x?x?x?xf64>

// A quarter of the area vector of a face.
func.func private @face(%ax: f64, %ay: f64, %az: f64, %bx: f64, %by: f64, %bz: f64, %cx: f64, %cy: f64, %cz: f64,
                        %dx: f64, %dy: f64, %dz: f64) -> (f64, f64, f64) {
  %half = arith.constant 0.5 : f64
  %quarter = arith.constant 0.25 : f64
  %cd_x = arith.addf %cx, %dx : f64
  %ab_x = arith.addf %ax, %bx : f64
  %bc_x = arith.addf %bx, %cx : f64
  %ad_x = arith.addf %ax, %dx : f64
  %r2_x = arith.subf %cd_x, %ab_x : f64
  %s2_x = arith.subf %bc_x, %ad_x : f64
  %rx = arith.mulf %half, %r2_x : f64
  %sx = arith.mulf %half, %s2_x : f64
  %cd_y = arith.addf %cy, %dy : f64
  %ab_y = arith.addf %ay, %by : f64
  %bc_y = arith.addf %by, %cy : f64
  %ad_y = arith.addf %ay, %dy : f64
  %r2_y = arith.subf %cd_y, %ab_y : f64
  %s2_y = arith.subf %bc_y, %ad_y : f64
  %ry = arith.mulf %half, %r2_y : f64
  %sy = arith.mulf %half, %s2_y : f64
  %cd_z = arith.addf %cz, %dz : f64
  %ab_z = arith.addf %az, %bz : f64
  %bc_z = arith.addf %bz, %cz : f64
  %ad_z = arith.addf %az, %dz : f64
  %r2_z = arith.subf %cd_z, %ab_z : f64
  %s2_z = arith.subf %bc_z, %ad_z : f64
  %rz = arith.mulf %half, %r2_z : f64
  %sz = arith.mulf %half, %s2_z : f64
  %nx_plus = arith.mulf %ry, %sz : f64
  %nx_minus = arith.mulf %rz, %sy : f64
  %nx = arith.subf %nx_plus, %nx_minus : f64
  %ny_plus = arith.mulf %rz, %sx : f64
  %ny_minus = arith.mulf %rx, %sz : f64
  %ny = arith.subf %ny_plus, %ny_minus : f64
  %nz_plus = arith.mulf %rx, %sy : f64
  %nz_minus = arith.mulf %ry, %sx : f64
  %nz = arith.subf %nz_plus, %nz_minus : f64
  %qx = arith.mulf %quarter, %nx : f64
  %qy = arith.mulf %quarter, %ny : f64
  %qz = arith.mulf %quarter, %nz : f64
  return %qx, %qy, %qz : f64, f64, f64
}

// The determinant |a, b, c| = a . (b x c).
func.func private @triple(%ax: f64, %ay: f64, %az: f64, %bx: f64, %by: f64, %bz: f64,
                          %cx: f64, %cy: f64, %cz: f64) -> f64 {
  %nx_plus = arith.mulf %by, %cz : f64
  %nx_minus = arith.mulf %bz, %cy : f64
  %nx = arith.subf %nx_plus, %nx_minus : f64
  %ny_plus = arith.mulf %bz, %cx : f64
  %ny_minus = arith.mulf %bx, %cz : f64
  %ny = arith.subf %ny_plus, %ny_minus : f64
  %nz_plus = arith.mulf %bx, %cy : f64
  %nz_minus = arith.mulf %by, %cx : f64
  %nz = arith.subf %nz_plus, %nz_minus : f64
  %ax_nx = arith.mulf %ax, %nx : f64
  %ay_ny = arith.mulf %ay, %ny : f64
  %az_nz = arith.mulf %az, %nz : f64
  %xy = arith.addf %ax_nx, %ay_ny : f64
  %sum = arith.addf %xy, %az_nz : f64
  return %sum : f64
}

func.func private @integrate(%x: !mesh, %y: !mesh, %z: !mesh, %pressure: !mesh,
                             %force: !corner_forces, %volume: !mesh) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %five = arith.constant 5 : index
  %six = arith.constant 6 : index
  %seven = arith.constant 7 : index
  %ez = memref.dim %pressure, %zero : !mesh
  %ey = memref.dim %pressure, %one : !mesh
  %ex = memref.dim %pressure, %two : !mesh
  %grid_x = arith.ceildivui %ex, %four : index
  %grid_y = arith.ceildivui %ey, %four : index
  %grid_z = arith.ceildivui %ez, %four : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %grid_x, %gy = %grid_y, %gz = %grid_z)
             threads(%tx, %ty, %tz) in (%sx = %four, %sy = %four, %sz = %four) {
    %twelfth = arith.constant 0.083333333333333333 : f64
    %first_i = arith.muli %bx, %sx : index
    %i = arith.addi %first_i, %tx : index
    %i_inside = arith.cmpi ult, %i, %ex : index
    %first_j = arith.muli %by, %sy : index
    %j = arith.addi %first_j, %ty : index
    %j_inside = arith.cmpi ult, %j, %ey : index
    %first_k = arith.muli %bz, %sz : index
    %k = arith.addi %first_k, %tz : index
    %k_inside = arith.cmpi ult, %k, %ez : index
    %ij_inside = arith.andi %i_inside, %j_inside : i1
    %inside = arith.andi %ij_inside, %k_inside : i1
    scf.if %inside {
      %i_next = arith.addi %i, %one : index
      %j_next = arith.addi %j, %one : index
      %k_next = arith.addi %k, %one : index
      %x0 = memref.load %x[%k, %j, %i] : !mesh
      %y0 = memref.load %y[%k, %j, %i] : !mesh
      %z0 = memref.load %z[%k, %j, %i] : !mesh
      %x1 = memref.load %x[%k, %j, %i_next] : !mesh
      %y1 = memref.load %y[%k, %j, %i_next] : !mesh
      %z1 = memref.load %z[%k, %j, %i_next] : !mesh
      %x2 = memref.load %x[%k, %j_next, %i_next] : !mesh
      %y2 = memref.load %y[%k, %j_next, %i_next] : !mesh
      %z2 = memref.load %z[%k, %j_next, %i_next] : !mesh
      %x3 = memref.load %x[%k, %j_next, %i] : !mesh
      %y3 = memref.load %y[%k, %j_next, %i] : !mesh
      %z3 = memref.load %z[%k, %j_next, %i] : !mesh
      %x4 = memref.load %x[%k_next, %j, %i] : !mesh
      %y4 = memref.load %y[%k_next, %j, %i] : !mesh
      %z4 = memref.load %z[%k_next, %j, %i] : !mesh
      %x5 = memref.load %x[%k_next, %j, %i_next] : !mesh
      %y5 = memref.load %y[%k_next, %j, %i_next] : !mesh
      %z5 = memref.load %z[%k_next, %j, %i_next] : !mesh
      %x6 = memref.load %x[%k_next, %j_next, %i_next] : !mesh
      %y6 = memref.load %y[%k_next, %j_next, %i_next] : !mesh
      %z6 = memref.load %z[%k_next, %j_next, %i_next] : !mesh
      %x7 = memref.load %x[%k_next, %j_next, %i] : !mesh
      %y7 = memref.load %y[%k_next, %j_next, %i] : !mesh
      %z7 = memref.load %z[%k_next, %j_next, %i] : !mesh
      %face0:3 = func.call @face(%x0, %y0, %z0, %x1, %y1, %z1, %x2, %y2, %z2, %x3, %y3, %z3)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64)
      %face1:3 = func.call @face(%x0, %y0, %z0, %x4, %y4, %z4, %x5, %y5, %z5, %x1, %y1, %z1)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64)
      %face2:3 = func.call @face(%x1, %y1, %z1, %x5, %y5, %z5, %x6, %y6, %z6, %x2, %y2, %z2)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64)
      %face3:3 = func.call @face(%x2, %y2, %z2, %x6, %y6, %z6, %x7, %y7, %z7, %x3, %y3, %z3)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64)
      %face4:3 = func.call @face(%x3, %y3, %z3, %x7, %y7, %z7, %x4, %y4, %z4, %x0, %y0, %z0)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64)
      %face5:3 = func.call @face(%x4, %y4, %z4, %x7, %y7, %z7, %x6, %y6, %z6, %x5, %y5, %z5)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64, f64)
      %p = memref.load %pressure[%k, %j, %i] : !mesh
      %pair_x0 = arith.addf %face0#0, %face1#0 : f64
      %area_x0 = arith.addf %pair_x0, %face4#0 : f64
      %force_x0 = arith.mulf %p, %area_x0 : f64
      memref.store %force_x0, %force[%zero, %zero, %k, %j, %i] : !corner_forces
      %pair_y0 = arith.addf %face0#1, %face1#1 : f64
      %area_y0 = arith.addf %pair_y0, %face4#1 : f64
      %force_y0 = arith.mulf %p, %area_y0 : f64
      memref.store %force_y0, %force[%one, %zero, %k, %j, %i] : !corner_forces
      %pair_z0 = arith.addf %face0#2, %face1#2 : f64
      %area_z0 = arith.addf %pair_z0, %face4#2 : f64
      %force_z0 = arith.mulf %p, %area_z0 : f64
      memref.store %force_z0, %force[%two, %zero, %k, %j, %i] : !corner_forces
      %pair_x1 = arith.addf %face0#0, %face1#0 : f64
      %area_x1 = arith.addf %pair_x1, %face2#0 : f64
      %force_x1 = arith.mulf %p, %area_x1 : f64
      memref.store %force_x1, %force[%zero, %one, %k, %j, %i] : !corner_forces
      %pair_y1 = arith.addf %face0#1, %face1#1 : f64
      %area_y1 = arith.addf %pair_y1, %face2#1 : f64
      %force_y1 = arith.mulf %p, %area_y1 : f64
      memref.store %force_y1, %force[%one, %one, %k, %j, %i] : !corner_forces
      %pair_z1 = arith.addf %face0#2, %face1#2 : f64
      %area_z1 = arith.addf %pair_z1, %face2#2 : f64
      %force_z1 = arith.mulf %p, %area_z1 : f64
      memref.store %force_z1, %force[%two, %one, %k, %j, %i] : !corner_forces
      %pair_x2 = arith.addf %face0#0, %face2#0 : f64
      %area_x2 = arith.addf %pair_x2, %face3#0 : f64
      %force_x2 = arith.mulf %p, %area_x2 : f64
      memref.store %force_x2, %force[%zero, %two, %k, %j, %i] : !corner_forces
      %pair_y2 = arith.addf %face0#1, %face2#1 : f64
      %area_y2 = arith.addf %pair_y2, %face3#1 : f64
      %force_y2 = arith.mulf %p, %area_y2 : f64
      memref.store %force_y2, %force[%one, %two, %k, %j, %i] : !corner_forces
      %pair_z2 = arith.addf %face0#2, %face2#2 : f64
      %area_z2 = arith.addf %pair_z2, %face3#2 : f64
      %force_z2 = arith.mulf %p, %area_z2 : f64
      memref.store %force_z2, %force[%two, %two, %k, %j, %i] : !corner_forces
      %pair_x3 = arith.addf %face0#0, %face3#0 : f64
      %area_x3 = arith.addf %pair_x3, %face4#0 : f64
      %force_x3 = arith.mulf %p, %area_x3 : f64
      memref.store %force_x3, %force[%zero, %three, %k, %j, %i] : !corner_forces
      %pair_y3 = arith.addf %face0#1, %face3#1 : f64
      %area_y3 = arith.addf %pair_y3, %face4#1 : f64
      %force_y3 = arith.mulf %p, %area_y3 : f64
      memref.store %force_y3, %force[%one, %three, %k, %j, %i] : !corner_forces
      %pair_z3 = arith.addf %face0#2, %face3#2 : f64
      %area_z3 = arith.addf %pair_z3, %face4#2 : f64
      %force_z3 = arith.mulf %p, %area_z3 : f64
      memref.store %force_z3, %force[%two, %three, %k, %j, %i] : !corner_forces
      %pair_x4 = arith.addf %face1#0, %face4#0 : f64
      %area_x4 = arith.addf %pair_x4, %face5#0 : f64
      %force_x4 = arith.mulf %p, %area_x4 : f64
      memref.store %force_x4, %force[%zero, %four, %k, %j, %i] : !corner_forces
      %pair_y4 = arith.addf %face1#1, %face4#1 : f64
      %area_y4 = arith.addf %pair_y4, %face5#1 : f64
      %force_y4 = arith.mulf %p, %area_y4 : f64
      memref.store %force_y4, %force[%one, %four, %k, %j, %i] : !corner_forces
      %pair_z4 = arith.addf %face1#2, %face4#2 : f64
      %area_z4 = arith.addf %pair_z4, %face5#2 : f64
      %force_z4 = arith.mulf %p, %area_z4 : f64
      memref.store %force_z4, %force[%two, %four, %k, %j, %i] : !corner_forces
      %pair_x5 = arith.addf %face1#0, %face2#0 : f64
      %area_x5 = arith.addf %pair_x5, %face5#0 : f64
      %force_x5 = arith.mulf %p, %area_x5 : f64
      memref.store %force_x5, %force[%zero, %five, %k, %j, %i] : !corner_forces
      %pair_y5 = arith.addf %face1#1, %face2#1 : f64
      %area_y5 = arith.addf %pair_y5, %face5#1 : f64
      %force_y5 = arith.mulf %p, %area_y5 : f64
      memref.store %force_y5, %force[%one, %five, %k, %j, %i] : !corner_forces
      %pair_z5 = arith.addf %face1#2, %face2#2 : f64
      %area_z5 = arith.addf %pair_z5, %face5#2 : f64
      %force_z5 = arith.mulf %p, %area_z5 : f64
      memref.store %force_z5, %force[%two, %five, %k, %j, %i] : !corner_forces
      %pair_x6 = arith.addf %face2#0, %face3#0 : f64
      %area_x6 = arith.addf %pair_x6, %face5#0 : f64
      %force_x6 = arith.mulf %p, %area_x6 : f64
      memref.store %force_x6, %force[%zero, %six, %k, %j, %i] : !corner_forces
      %pair_y6 = arith.addf %face2#1, %face3#1 : f64
      %area_y6 = arith.addf %pair_y6, %face5#1 : f64
      %force_y6 = arith.mulf %p, %area_y6 : f64
      memref.store %force_y6, %force[%one, %six, %k, %j, %i] : !corner_forces
      %pair_z6 = arith.addf %face2#2, %face3#2 : f64
      %area_z6 = arith.addf %pair_z6, %face5#2 : f64
      %force_z6 = arith.mulf %p, %area_z6 : f64
      memref.store %force_z6, %force[%two, %six, %k, %j, %i] : !corner_forces
      %pair_x7 = arith.addf %face3#0, %face4#0 : f64
      %area_x7 = arith.addf %pair_x7, %face5#0 : f64
      %force_x7 = arith.mulf %p, %area_x7 : f64
      memref.store %force_x7, %force[%zero, %seven, %k, %j, %i] : !corner_forces
      %pair_y7 = arith.addf %face3#1, %face4#1 : f64
      %area_y7 = arith.addf %pair_y7, %face5#1 : f64
      %force_y7 = arith.mulf %p, %area_y7 : f64
      memref.store %force_y7, %force[%one, %seven, %k, %j, %i] : !corner_forces
      %pair_z7 = arith.addf %face3#2, %face4#2 : f64
      %area_z7 = arith.addf %pair_z7, %face5#2 : f64
      %force_z7 = arith.mulf %p, %area_z7 : f64
      memref.store %force_z7, %force[%two, %seven, %k, %j, %i] : !corner_forces
      %x31 = arith.subf %x3, %x1 : f64
      %y31 = arith.subf %y3, %y1 : f64
      %z31 = arith.subf %z3, %z1 : f64
      %x72 = arith.subf %x7, %x2 : f64
      %y72 = arith.subf %y7, %y2 : f64
      %z72 = arith.subf %z7, %z2 : f64
      %x63 = arith.subf %x6, %x3 : f64
      %y63 = arith.subf %y6, %y3 : f64
      %z63 = arith.subf %z6, %z3 : f64
      %x20 = arith.subf %x2, %x0 : f64
      %y20 = arith.subf %y2, %y0 : f64
      %z20 = arith.subf %z2, %z0 : f64
      %edge0_x = arith.addf %x31, %x72 : f64
      %edge0_y = arith.addf %y31, %y72 : f64
      %edge0_z = arith.addf %z31, %z72 : f64
      %triple0 = func.call @triple(%edge0_x, %edge0_y, %edge0_z, %x63, %y63, %z63, %x20, %y20, %z20)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64) -> f64
      %x43 = arith.subf %x4, %x3 : f64
      %y43 = arith.subf %y4, %y3 : f64
      %z43 = arith.subf %z4, %z3 : f64
      %x57 = arith.subf %x5, %x7 : f64
      %y57 = arith.subf %y5, %y7 : f64
      %z57 = arith.subf %z5, %z7 : f64
      %x64 = arith.subf %x6, %x4 : f64
      %y64 = arith.subf %y6, %y4 : f64
      %z64 = arith.subf %z6, %z4 : f64
      %x70 = arith.subf %x7, %x0 : f64
      %y70 = arith.subf %y7, %y0 : f64
      %z70 = arith.subf %z7, %z0 : f64
      %edge1_x = arith.addf %x43, %x57 : f64
      %edge1_y = arith.addf %y43, %y57 : f64
      %edge1_z = arith.addf %z43, %z57 : f64
      %triple1 = func.call @triple(%edge1_x, %edge1_y, %edge1_z, %x64, %y64, %z64, %x70, %y70, %z70)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64) -> f64
      %x14 = arith.subf %x1, %x4 : f64
      %y14 = arith.subf %y1, %y4 : f64
      %z14 = arith.subf %z1, %z4 : f64
      %x25 = arith.subf %x2, %x5 : f64
      %y25 = arith.subf %y2, %y5 : f64
      %z25 = arith.subf %z2, %z5 : f64
      %x61 = arith.subf %x6, %x1 : f64
      %y61 = arith.subf %y6, %y1 : f64
      %z61 = arith.subf %z6, %z1 : f64
      %x50 = arith.subf %x5, %x0 : f64
      %y50 = arith.subf %y5, %y0 : f64
      %z50 = arith.subf %z5, %z0 : f64
      %edge2_x = arith.addf %x14, %x25 : f64
      %edge2_y = arith.addf %y14, %y25 : f64
      %edge2_z = arith.addf %z14, %z25 : f64
      %triple2 = func.call @triple(%edge2_x, %edge2_y, %edge2_z, %x61, %y61, %z61, %x50, %y50, %z50)
          : (f64, f64, f64, f64, f64, f64, f64, f64, f64) -> f64
      %two_triples = arith.addf %triple0, %triple1 : f64
      %triples = arith.addf %two_triples, %triple2 : f64
      %own_volume = arith.mulf %twelfth, %triples : f64
      memref.store %own_volume, %volume[%k, %j, %i] : !mesh
    }
    gpu.terminator
  }
  return
}

func.func private @gather(%force: !corner_forces, %fx: !mesh, %fy: !mesh, %fz: !mesh) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %four = arith.constant 4 : index
  %nz = memref.dim %fx, %zero : !mesh
  %ny = memref.dim %fx, %one : !mesh
  %nx = memref.dim %fx, %two : !mesh
  %grid_x = arith.ceildivui %nx, %four : index
  %grid_y = arith.ceildivui %ny, %four : index
  %grid_z = arith.ceildivui %nz, %four : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %grid_x, %gy = %grid_y, %gz = %grid_z)
             threads(%tx, %ty, %tz) in (%sx = %four, %sy = %four, %sz = %four) {
    %eight = arith.constant 8 : index
    %none = arith.constant 0.0 : f64
    %ez = arith.subi %nz, %one : index
    %ey = arith.subi %ny, %one : index
    %ex = arith.subi %nx, %one : index
    %first_i = arith.muli %bx, %sx : index
    %i = arith.addi %first_i, %tx : index
    %i_inside = arith.cmpi ult, %i, %nx : index
    %first_j = arith.muli %by, %sy : index
    %j = arith.addi %first_j, %ty : index
    %j_inside = arith.cmpi ult, %j, %ny : index
    %first_k = arith.muli %bz, %sz : index
    %k = arith.addi %first_k, %tz : index
    %k_inside = arith.cmpi ult, %k, %nz : index
    %ij_inside = arith.andi %i_inside, %j_inside : i1
    %inside = arith.andi %ij_inside, %k_inside : i1
    scf.if %inside {
      %sum:3 = scf.for %c = %zero to %eight step %one
          iter_args(%sx_sum = %none, %sy_sum = %none, %sz_sum = %none) -> (f64, f64, f64) {
        // Corner c is at the offset (b0 xor b1, b1, b2) in (x, y, z), b the bits of c; the element is that much further
        // back.
        %b1_shifted = arith.shrui %c, %one : index
        %b2 = arith.shrui %c, %two : index
        %b0 = arith.andi %c, %one : index
        %b1 = arith.andi %b1_shifted, %one : index
        %dx = arith.xori %b0, %b1 : index
        %i_element = arith.subi %i, %dx : index
        %j_element = arith.subi %j, %b1 : index
        %k_element = arith.subi %k, %b2 : index
        // A negative number is a large one without its sign.
        %i_exists = arith.cmpi ult, %i_element, %ex : index
        %j_exists = arith.cmpi ult, %j_element, %ey : index
        %k_exists = arith.cmpi ult, %k_element, %ez : index
        %ij_exists = arith.andi %i_exists, %j_exists : i1
        %exists = arith.andi %ij_exists, %k_exists : i1
        %next:3 = scf.if %exists -> (f64, f64, f64) {
          %part_x = memref.load %force[%zero, %c, %k_element, %j_element, %i_element] : !corner_forces
          %part_y = memref.load %force[%one, %c, %k_element, %j_element, %i_element] : !corner_forces
          %part_z = memref.load %force[%two, %c, %k_element, %j_element, %i_element] : !corner_forces
          %next_x = arith.addf %sx_sum, %part_x : f64
          %next_y = arith.addf %sy_sum, %part_y : f64
          %next_z = arith.addf %sz_sum, %part_z : f64
          scf.yield %next_x, %next_y, %next_z : f64, f64, f64
        } else {
          scf.yield %sx_sum, %sy_sum, %sz_sum : f64, f64, f64
        }
        scf.yield %next#0, %next#1, %next#2 : f64, f64, f64
      }
      memref.store %sum#0, %fx[%k, %j, %i] : !mesh
      memref.store %sum#1, %fy[%k, %j, %i] : !mesh
      memref.store %sum#2, %fz[%k, %j, %i] : !mesh
    }
    gpu.terminator
  }
  return
}

func.func @main(%x: !mesh, %y: !mesh, %z: !mesh, %pressure: !mesh, %fx: !mesh, %fy: !mesh, %fz: !mesh, %volume: !mesh) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %ez = memref.dim %pressure, %zero : !mesh
  %ey = memref.dim %pressure, %one : !mesh
  %ex = memref.dim %pressure, %two : !mesh
  %force = memref.alloc(%ez, %ey, %ex) : !corner_forces
  func.call @integrate(%x, %y, %z, %pressure, %force, %volume)
      : (!mesh, !mesh, !mesh, !mesh, !corner_forces, !mesh) -> ()
  func.call @gather(%force, %fx, %fy, %fz) : (!corner_forces, !mesh, !mesh, !mesh) -> ()
  memref.dealloc %force : !corner_forces
  return
}
