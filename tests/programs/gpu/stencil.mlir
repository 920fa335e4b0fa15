// One step of the heat equation in two dimensions, from tiles with a halo in workgroup memory.
//
//   v_ij = u_ij + c (u_i-1,j + u_i+1,j + u_i,j-1 + u_i,j+1 - 4 u_ij) inside, v_ij = u_ij on the rim of the grid
//
// Sizes: u and v are rows x columns at run time; tiles of 16 x 16 cells with a halo of one cell.
// Source: explicit Euler and the five-point Laplacian; the tile with a halo follows P. Micikevicius, "3D finite
// difference computation on GPUs using CUDA" (2009).
// RUN: autodiff-run %s --entry stencil --target gpu-host --arg 0.2 --arg rand:20x37:1 --arg zeros:20x37 \
// RUN:   --mode check --check-races
!tile = memref<18x18xf64, #gpu.address_space<workgroup>>
func.func @stencil(%c: f64, %u: memref<?x?xf64>, %v: memref<?x?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 16 : index
  %last = arith.constant 15 : index
  %halo = arith.constant 17 : index
  %four = arith.constant 4.0 : f64
  %rows = memref.dim %u, %zero : memref<?x?xf64>
  %columns = memref.dim %u, %one : memref<?x?xf64>
  %last_row = arith.subi %rows, %one : index
  %last_column = arith.subi %columns, %one : index
  %grid_x = arith.ceildivui %columns, %size : index
  %grid_y = arith.ceildivui %rows, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %grid_x, %gy = %grid_y, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %size, %sz = %one)
             workgroup(%tile : !tile) {
    %first_row = arith.muli %by, %sy : index
    %i = arith.addi %first_row, %ty : index
    %first_column = arith.muli %bx, %sx : index
    %j = arith.addi %first_column, %tx : index
    %row_inside = arith.cmpi ult, %i, %rows : index
    %column_inside = arith.cmpi ult, %j, %columns : index
    %inside = arith.andi %row_inside, %column_inside : i1
    %y = arith.addi %ty, %one : index
    %x = arith.addi %tx, %one : index
    scf.if %inside {
      %value = memref.load %u[%i, %j] : memref<?x?xf64>
      memref.store %value, %tile[%y, %x] : !tile
      // The threads at the sides of a tile fetch the halo, where the grid goes on.
      %is_top = arith.cmpi eq, %ty, %zero : index
      %has_above = arith.cmpi ugt, %i, %zero : index
      %fetch_above = arith.andi %is_top, %has_above : i1
      scf.if %fetch_above {
        %above = arith.subi %i, %one : index
        %other = memref.load %u[%above, %j] : memref<?x?xf64>
        memref.store %other, %tile[%zero, %x] : !tile
      }
      %is_bottom = arith.cmpi eq, %ty, %last : index
      %has_below = arith.cmpi ult, %i, %last_row : index
      %fetch_below = arith.andi %is_bottom, %has_below : i1
      scf.if %fetch_below {
        %below = arith.addi %i, %one : index
        %other = memref.load %u[%below, %j] : memref<?x?xf64>
        memref.store %other, %tile[%halo, %x] : !tile
      }
      %is_left = arith.cmpi eq, %tx, %zero : index
      %has_left = arith.cmpi ugt, %j, %zero : index
      %fetch_left = arith.andi %is_left, %has_left : i1
      scf.if %fetch_left {
        %left = arith.subi %j, %one : index
        %other = memref.load %u[%i, %left] : memref<?x?xf64>
        memref.store %other, %tile[%y, %zero] : !tile
      }
      %is_right = arith.cmpi eq, %tx, %last : index
      %has_right = arith.cmpi ult, %j, %last_column : index
      %fetch_right = arith.andi %is_right, %has_right : i1
      scf.if %fetch_right {
        %right = arith.addi %j, %one : index
        %other = memref.load %u[%i, %right] : memref<?x?xf64>
        memref.store %other, %tile[%y, %halo] : !tile
      }
    }
    gpu.barrier
    scf.if %inside {
      %below_top = arith.cmpi ugt, %i, %zero : index
      %above_bottom = arith.cmpi ult, %i, %last_row : index
      %right_of_left = arith.cmpi ugt, %j, %zero : index
      %left_of_right = arith.cmpi ult, %j, %last_column : index
      %vertical = arith.andi %below_top, %above_bottom : i1
      %horizontal = arith.andi %right_of_left, %left_of_right : i1
      %interior = arith.andi %vertical, %horizontal : i1
      %centre = memref.load %tile[%y, %x] : !tile
      %result = scf.if %interior -> f64 {
        %y_below = arith.addi %y, %one : index
        %x_right = arith.addi %x, %one : index
        %above = memref.load %tile[%ty, %x] : !tile
        %below = memref.load %tile[%y_below, %x] : !tile
        %left = memref.load %tile[%y, %tx] : !tile
        %right = memref.load %tile[%y, %x_right] : !tile
        %column = arith.addf %above, %below : f64
        %row = arith.addf %left, %right : f64
        %neighbours = arith.addf %column, %row : f64
        %fourfold = arith.mulf %four, %centre : f64
        %laplacian = arith.subf %neighbours, %fourfold : f64
        %change = arith.mulf %c, %laplacian : f64
        %next = arith.addf %centre, %change : f64
        scf.yield %next : f64
      } else {
        scf.yield %centre : f64
      }
      memref.store %result, %v[%i, %j] : memref<?x?xf64>
    }
    gpu.terminator
  }
  return
}
