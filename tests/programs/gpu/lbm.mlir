// Lattice Boltzmann method in two dimensions, nine velocities (D2Q9), with collisions after Bhatnagar, Gross and Krook.
//
// One step, per cell (i row, j column) of a periodic grid; velocity q is (cx_q, cy_q) in cells a step:
//   stream   h_q = f_q[i - cy_q][j - cx_q]
//   collide  g_q = h_q + (feq_q - h_q) / tau in the fluid, g_q = h_opposite(q) in a solid cell, where
//            rho = sum h_q, (ux, uy) = sum h_q (cx_q, cy_q) / rho, t = 3 (cx_q ux + cy_q uy),
//            feq_q = w_q rho (1 + t + t^2 / 2 - 3/2 (ux^2 + uy^2)), w = 4/9, 1/9 (4 times), 1/36 (4 times)
//
// Sizes: n x n cells and the number of pairs of steps at run time; blocks of 16 x 16 threads, one thread a cell, so
// that each writes its own cell and reads from its neighbours. `main` starts from f_q = w_q (1 + d_q / 10) with solid
// cells where 16 ((2 i + 1 - n)^2 + (2 j + 1 - n)^2) < n^2, and leaves the end in f.
// Source: Y. Qian, D. d'Humieres, P. Lallemand, "Lattice BGK Models for Navier-Stokes Equation", EPL 17 (1992);
// streaming and collision in one kernel as in Parboil's benchmark lbm.
// RUN: autodiff-run %s --entry main --target gpu-host --arg 0.8 --arg rand:9x18x18:1 --arg zeros:9x18x18 --arg 2 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry main --target gpu-host --check-races --arg 0.8 --arg rand:9x18x18:1 \
// RUN:   --arg zeros:9x18x18 --arg 2 | FileCheck %s
// CHECK: kernel primal 'step_kernel': launches 4,
func.func private @step(%tau: f64, %solid: memref<?x?xi1>, %f: memref<9x?x?xf64>, %g: memref<9x?x?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %five = arith.constant 5 : index
  %six = arith.constant 6 : index
  %seven = arith.constant 7 : index
  %eight = arith.constant 8 : index
  %size = arith.constant 16 : index
  %rows = memref.dim %f, %one : memref<9x?x?xf64>
  %columns = memref.dim %f, %two : memref<9x?x?xf64>
  %grid_x = arith.ceildivui %columns, %size : index
  %grid_y = arith.ceildivui %rows, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %grid_x, %gy = %grid_y, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %size, %sz = %one) {
    %first_row = arith.muli %by, %sy : index
    %i = arith.addi %first_row, %ty : index
    %first_column = arith.muli %bx, %sx : index
    %j = arith.addi %first_column, %tx : index
    %row_inside = arith.cmpi ult, %i, %rows : index
    %column_inside = arith.cmpi ult, %j, %columns : index
    %inside = arith.andi %row_inside, %column_inside : i1
    scf.if %inside {
      %last_row = arith.subi %rows, %one : index
      %last_column = arith.subi %columns, %one : index
      %at_top = arith.cmpi eq, %i, %zero : index
      %at_bottom = arith.cmpi eq, %i, %last_row : index
      %at_left = arith.cmpi eq, %j, %zero : index
      %at_right = arith.cmpi eq, %j, %last_column : index
      %i_minus = arith.subi %i, %one : index
      %i_plus = arith.addi %i, %one : index
      %j_minus = arith.subi %j, %one : index
      %j_plus = arith.addi %j, %one : index
      %above = arith.select %at_top, %last_row, %i_minus : index
      %below = arith.select %at_bottom, %zero, %i_plus : index
      %left = arith.select %at_left, %last_column, %j_minus : index
      %right = arith.select %at_right, %zero, %j_plus : index
      %h_0 = memref.load %f[%zero, %i, %j] : memref<9x?x?xf64>
      %h_1 = memref.load %f[%one, %i, %left] : memref<9x?x?xf64>
      %h_2 = memref.load %f[%two, %above, %j] : memref<9x?x?xf64>
      %h_3 = memref.load %f[%three, %i, %right] : memref<9x?x?xf64>
      %h_4 = memref.load %f[%four, %below, %j] : memref<9x?x?xf64>
      %h_5 = memref.load %f[%five, %above, %left] : memref<9x?x?xf64>
      %h_6 = memref.load %f[%six, %above, %right] : memref<9x?x?xf64>
      %h_7 = memref.load %f[%seven, %below, %right] : memref<9x?x?xf64>
      %h_8 = memref.load %f[%eight, %below, %left] : memref<9x?x?xf64>
      %is_solid = memref.load %solid[%i, %j] : memref<?x?xi1>
      %out:9 = scf.if %is_solid -> (f64, f64, f64, f64, f64, f64, f64, f64, f64) {
        scf.yield %h_0, %h_3, %h_4, %h_1, %h_2, %h_7, %h_8, %h_5, %h_6 : f64, f64, f64, f64, f64, f64, f64, f64, f64
      } else {
        %unit = arith.constant 1.0 : f64
        %c3 = arith.constant 3.0 : f64
        %half = arith.constant 0.5 : f64
        %three_halves = arith.constant 1.5 : f64
        %w_rest = arith.constant 4.4444444444444444e-1 : f64
        %w_side = arith.constant 1.1111111111111111e-1 : f64
        %w_corner = arith.constant 2.7777777777777778e-2 : f64
        %rho_0 = arith.addf %h_0, %h_1 : f64
        %rho_1 = arith.addf %rho_0, %h_2 : f64
        %rho_2 = arith.addf %rho_1, %h_3 : f64
        %rho_3 = arith.addf %rho_2, %h_4 : f64
        %rho_4 = arith.addf %rho_3, %h_5 : f64
        %rho_5 = arith.addf %rho_4, %h_6 : f64
        %rho_6 = arith.addf %rho_5, %h_7 : f64
        %rho = arith.addf %rho_6, %h_8 : f64
        %jx_0 = arith.subf %h_1, %h_3 : f64
        %jx_1 = arith.addf %jx_0, %h_5 : f64
        %jx_2 = arith.subf %jx_1, %h_6 : f64
        %jx_3 = arith.subf %jx_2, %h_7 : f64
        %jx = arith.addf %jx_3, %h_8 : f64
        %jy_0 = arith.subf %h_2, %h_4 : f64
        %jy_1 = arith.addf %jy_0, %h_5 : f64
        %jy_2 = arith.addf %jy_1, %h_6 : f64
        %jy_3 = arith.subf %jy_2, %h_7 : f64
        %jy = arith.subf %jy_3, %h_8 : f64
        %ux = arith.divf %jx, %rho : f64
        %uy = arith.divf %jy, %rho : f64
        %uxx = arith.mulf %ux, %ux : f64
        %uyy = arith.mulf %uy, %uy : f64
        %speed = arith.addf %uxx, %uyy : f64
        %energy = arith.mulf %three_halves, %speed : f64
        %rest = arith.subf %unit, %energy : f64
        %omega = arith.divf %unit, %tau : f64
        %mass_0 = arith.mulf %w_rest, %rho : f64
        %feq_0 = arith.mulf %mass_0, %rest : f64
        %away_0 = arith.subf %feq_0, %h_0 : f64
        %change_0 = arith.mulf %omega, %away_0 : f64
        %g_0 = arith.addf %h_0, %change_0 : f64
        %mass_1 = arith.mulf %w_side, %rho : f64
        %t_1 = arith.mulf %c3, %ux : f64
        %t_1_square = arith.mulf %t_1, %t_1 : f64
        %t_1_half = arith.mulf %half, %t_1_square : f64
        %linear_1 = arith.addf %rest, %t_1 : f64
        %factor_1 = arith.addf %linear_1, %t_1_half : f64
        %feq_1 = arith.mulf %mass_1, %factor_1 : f64
        %away_1 = arith.subf %feq_1, %h_1 : f64
        %change_1 = arith.mulf %omega, %away_1 : f64
        %g_1 = arith.addf %h_1, %change_1 : f64
        %mass_2 = arith.mulf %w_side, %rho : f64
        %t_2 = arith.mulf %c3, %uy : f64
        %t_2_square = arith.mulf %t_2, %t_2 : f64
        %t_2_half = arith.mulf %half, %t_2_square : f64
        %linear_2 = arith.addf %rest, %t_2 : f64
        %factor_2 = arith.addf %linear_2, %t_2_half : f64
        %feq_2 = arith.mulf %mass_2, %factor_2 : f64
        %away_2 = arith.subf %feq_2, %h_2 : f64
        %change_2 = arith.mulf %omega, %away_2 : f64
        %g_2 = arith.addf %h_2, %change_2 : f64
        %mass_3 = arith.mulf %w_side, %rho : f64
        %along_3 = arith.negf %ux : f64
        %t_3 = arith.mulf %c3, %along_3 : f64
        %t_3_square = arith.mulf %t_3, %t_3 : f64
        %t_3_half = arith.mulf %half, %t_3_square : f64
        %linear_3 = arith.addf %rest, %t_3 : f64
        %factor_3 = arith.addf %linear_3, %t_3_half : f64
        %feq_3 = arith.mulf %mass_3, %factor_3 : f64
        %away_3 = arith.subf %feq_3, %h_3 : f64
        %change_3 = arith.mulf %omega, %away_3 : f64
        %g_3 = arith.addf %h_3, %change_3 : f64
        %mass_4 = arith.mulf %w_side, %rho : f64
        %along_4 = arith.negf %uy : f64
        %t_4 = arith.mulf %c3, %along_4 : f64
        %t_4_square = arith.mulf %t_4, %t_4 : f64
        %t_4_half = arith.mulf %half, %t_4_square : f64
        %linear_4 = arith.addf %rest, %t_4 : f64
        %factor_4 = arith.addf %linear_4, %t_4_half : f64
        %feq_4 = arith.mulf %mass_4, %factor_4 : f64
        %away_4 = arith.subf %feq_4, %h_4 : f64
        %change_4 = arith.mulf %omega, %away_4 : f64
        %g_4 = arith.addf %h_4, %change_4 : f64
        %mass_5 = arith.mulf %w_corner, %rho : f64
        %along_5 = arith.addf %ux, %uy : f64
        %t_5 = arith.mulf %c3, %along_5 : f64
        %t_5_square = arith.mulf %t_5, %t_5 : f64
        %t_5_half = arith.mulf %half, %t_5_square : f64
        %linear_5 = arith.addf %rest, %t_5 : f64
        %factor_5 = arith.addf %linear_5, %t_5_half : f64
        %feq_5 = arith.mulf %mass_5, %factor_5 : f64
        %away_5 = arith.subf %feq_5, %h_5 : f64
        %change_5 = arith.mulf %omega, %away_5 : f64
        %g_5 = arith.addf %h_5, %change_5 : f64
        %mass_6 = arith.mulf %w_corner, %rho : f64
        %along_6 = arith.subf %uy, %ux : f64
        %t_6 = arith.mulf %c3, %along_6 : f64
        %t_6_square = arith.mulf %t_6, %t_6 : f64
        %t_6_half = arith.mulf %half, %t_6_square : f64
        %linear_6 = arith.addf %rest, %t_6 : f64
        %factor_6 = arith.addf %linear_6, %t_6_half : f64
        %feq_6 = arith.mulf %mass_6, %factor_6 : f64
        %away_6 = arith.subf %feq_6, %h_6 : f64
        %change_6 = arith.mulf %omega, %away_6 : f64
        %g_6 = arith.addf %h_6, %change_6 : f64
        %mass_7 = arith.mulf %w_corner, %rho : f64
        %sum_7 = arith.addf %ux, %uy : f64
        %along_7 = arith.negf %sum_7 : f64
        %t_7 = arith.mulf %c3, %along_7 : f64
        %t_7_square = arith.mulf %t_7, %t_7 : f64
        %t_7_half = arith.mulf %half, %t_7_square : f64
        %linear_7 = arith.addf %rest, %t_7 : f64
        %factor_7 = arith.addf %linear_7, %t_7_half : f64
        %feq_7 = arith.mulf %mass_7, %factor_7 : f64
        %away_7 = arith.subf %feq_7, %h_7 : f64
        %change_7 = arith.mulf %omega, %away_7 : f64
        %g_7 = arith.addf %h_7, %change_7 : f64
        %mass_8 = arith.mulf %w_corner, %rho : f64
        %along_8 = arith.subf %ux, %uy : f64
        %t_8 = arith.mulf %c3, %along_8 : f64
        %t_8_square = arith.mulf %t_8, %t_8 : f64
        %t_8_half = arith.mulf %half, %t_8_square : f64
        %linear_8 = arith.addf %rest, %t_8 : f64
        %factor_8 = arith.addf %linear_8, %t_8_half : f64
        %feq_8 = arith.mulf %mass_8, %factor_8 : f64
        %away_8 = arith.subf %feq_8, %h_8 : f64
        %change_8 = arith.mulf %omega, %away_8 : f64
        %g_8 = arith.addf %h_8, %change_8 : f64
        scf.yield %g_0, %g_1, %g_2, %g_3, %g_4, %g_5, %g_6, %g_7, %g_8 : f64, f64, f64, f64, f64, f64, f64, f64, f64
      }
      memref.store %out#0, %g[%zero, %i, %j] : memref<9x?x?xf64>
      memref.store %out#1, %g[%one, %i, %j] : memref<9x?x?xf64>
      memref.store %out#2, %g[%two, %i, %j] : memref<9x?x?xf64>
      memref.store %out#3, %g[%three, %i, %j] : memref<9x?x?xf64>
      memref.store %out#4, %g[%four, %i, %j] : memref<9x?x?xf64>
      memref.store %out#5, %g[%five, %i, %j] : memref<9x?x?xf64>
      memref.store %out#6, %g[%six, %i, %j] : memref<9x?x?xf64>
      memref.store %out#7, %g[%seven, %i, %j] : memref<9x?x?xf64>
      memref.store %out#8, %g[%eight, %i, %j] : memref<9x?x?xf64>
    }
    gpu.terminator
  }
  return
}

func.func @main(%tau: f64, %d: memref<9x?x?xf64>, %f: memref<9x?x?xf64>, %pairs: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %five = arith.constant 5 : index
  %nine = arith.constant 9 : index
  %sixteen = arith.constant 16 : index
  %unit = arith.constant 1.0 : f64
  %tenth = arith.constant 0.1 : f64
  %w_rest = arith.constant 4.4444444444444444e-1 : f64
  %w_side = arith.constant 1.1111111111111111e-1 : f64
  %w_corner = arith.constant 2.7777777777777778e-2 : f64
  %n = memref.dim %d, %one : memref<9x?x?xf64>
  %g = memref.alloc(%n, %n) : memref<9x?x?xf64>
  %solid = memref.alloc(%n, %n) : memref<?x?xi1>
  %radius = arith.muli %n, %n : index
  scf.for %i = %zero to %n step %one {
    scf.for %j = %zero to %n step %one {
      %two_i = arith.muli %two, %i : index
      %two_j = arith.muli %two, %j : index
      %odd_i = arith.addi %two_i, %one : index
      %odd_j = arith.addi %two_j, %one : index
      %y = arith.subi %odd_i, %n : index
      %x = arith.subi %odd_j, %n : index
      %yy = arith.muli %y, %y : index
      %xx = arith.muli %x, %x : index
      %square = arith.addi %xx, %yy : index
      %distance = arith.muli %sixteen, %square : index
      %is_solid = arith.cmpi slt, %distance, %radius : index
      memref.store %is_solid, %solid[%i, %j] : memref<?x?xi1>
    }
  }
  scf.for %q = %zero to %nine step %one {
    %is_rest = arith.cmpi eq, %q, %zero : index
    %is_side = arith.cmpi ult, %q, %five : index
    %moving = arith.select %is_side, %w_side, %w_corner : f64
    %w = arith.select %is_rest, %w_rest, %moving : f64
    scf.for %i = %zero to %n step %one {
      scf.for %j = %zero to %n step %one {
        %value = memref.load %d[%q, %i, %j] : memref<9x?x?xf64>
        %scaled = arith.mulf %tenth, %value : f64
        %relative = arith.addf %unit, %scaled : f64
        %population = arith.mulf %w, %relative : f64
        memref.store %population, %f[%q, %i, %j] : memref<9x?x?xf64>
      }
    }
  }
  scf.for %pair = %zero to %pairs step %one {
    func.call @step(%tau, %solid, %f, %g) : (f64, memref<?x?xi1>, memref<9x?x?xf64>, memref<9x?x?xf64>) -> ()
    func.call @step(%tau, %solid, %g, %f) : (f64, memref<?x?xi1>, memref<9x?x?xf64>, memref<9x?x?xf64>) -> ()
  }
  memref.dealloc %solid : memref<?x?xi1>
  memref.dealloc %g : memref<9x?x?xf64>
  return
}
