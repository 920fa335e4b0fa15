// Multipole cross sections (RSBench, without Doppler broadening): one lookup a thread.
//
//   s = sqrt(E), w = min(floor(E W), W - 1); for each slot p < count[m] of the material m, with nuclide i =
//   nuclide[m][p]:
//   phi_l = k0_il s;  phase_0 = phi, phase_1 = phi - atan(phi), phase_2 = phi - atan(3 phi / (3 - phi^2)),
//   phase_3 = phi - atan(phi (15 - phi^2) / (15 - 6 phi^2));  F_l = exp(-2 i phase_l)
//   sT = E win_0, sA = E win_1, sF = E win_2; for each pole q of the window, with z = (i / (EA - s)) / E:
//   sT += Re(RT z F_l(q)), sA += Re(RA z);   macro += conc_mp (sT, sA, sF, sT - sA)
//
// Sizes: I nuclides with W windows of Q poles, M materials of up to P nuclides, L lookups, all at run time. Blocks of
// 64 threads. A pole is EA, RT, RA, real and imaginary parts. Angular momenta, materials and lookups are constant;
// `main` makes up such tables.
// Source: J. Tramm et al., "Performance analysis of a reduced data movement algorithm for neutron cross section data in
// Monte Carlo simulations", EASC 2014.
// RUN: autodiff-run %s --entry main --target gpu-host --arg rand:8x4x3x6:1 --arg rand:8x4x3:2 --arg rand:8x4:3 \
// RUN:   --arg rand:5x6:4 --arg zeros:70x4 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry main --target gpu-host --check-races --arg rand:8x4x3x6:1 \
// RUN:   --arg rand:8x4x3:2 --arg rand:8x4:3 --arg rand:5x6:4 --arg zeros:70x4 | FileCheck %s
// CHECK: kernel primal 'rs_kernel': launches 1,
func.func @rs(%pole: memref<?x?x?x6xf64>, %momentum: memref<?x?x?xindex>, %window: memref<?x?x3xf64>,
              %k0: memref<?x4xf64>, %conc: memref<?x?xf64>, %count: memref<?xindex>, %nuclide: memref<?x?xindex>,
              %energy: memref<?xf64>, %material: memref<?xindex>, %macro: memref<?x4xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %five = arith.constant 5 : index
  %size = arith.constant 64 : index
  %none = arith.constant 0.0 : f64
  %windows = memref.dim %window, %one : memref<?x?x3xf64>
  %poles = memref.dim %pole, %two : memref<?x?x?x6xf64>
  %last = arith.subi %windows, %one : index
  %lookups = memref.dim %energy, %zero : memref<?xf64>
  %blocks = arith.ceildivui %lookups, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %first = arith.muli %bx, %sx : index
    %l = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %l, %lookups : index
    scf.if %inside {
      %minus_two = arith.constant -2.0 : f64
      %c3 = arith.constant 3.0 : f64
      %c6 = arith.constant 6.0 : f64
      %c15 = arith.constant 15.0 : f64
      %E = memref.load %energy[%l] : memref<?xf64>
      %m = memref.load %material[%l] : memref<?xindex>
      %slots = memref.load %count[%m] : memref<?xindex>
      %s = math.sqrt %E : f64
      %windows_i64 = arith.index_cast %windows : index to i64
      %windows_f64 = arith.sitofp %windows_i64 : i64 to f64
      %place = arith.mulf %E, %windows_f64 : f64
      %number = arith.fptosi %place : f64 to i64
      %unlimited = arith.index_cast %number : i64 to index
      %w = arith.minui %unlimited, %last : index
      %sum:4 = scf.for %p = %zero to %slots step %one
          iter_args(%sum_t = %none, %sum_a = %none, %sum_f = %none, %sum_s = %none) -> (f64, f64, f64, f64) {
        %i = memref.load %nuclide[%m, %p] : memref<?x?xindex>
        %k_0 = memref.load %k0[%i, %zero] : memref<?x4xf64>
        %phi_0 = arith.mulf %k_0, %s : f64
        %turn_0 = arith.mulf %minus_two, %phi_0 : f64
        %f_re_0 = math.cos %turn_0 : f64
        %f_im_0 = math.sin %turn_0 : f64
        %k_1 = memref.load %k0[%i, %one] : memref<?x4xf64>
        %phi_1 = arith.mulf %k_1, %s : f64
        %angle_1 = math.atan %phi_1 : f64
        %phase_1 = arith.subf %phi_1, %angle_1 : f64
        %turn_1 = arith.mulf %minus_two, %phase_1 : f64
        %f_re_1 = math.cos %turn_1 : f64
        %f_im_1 = math.sin %turn_1 : f64
        %k_2 = memref.load %k0[%i, %two] : memref<?x4xf64>
        %phi_2 = arith.mulf %k_2, %s : f64
        %phi_2_square = arith.mulf %phi_2, %phi_2 : f64
        %below_2 = arith.subf %c3, %phi_2_square : f64
        %above_2 = arith.mulf %c3, %phi_2 : f64
        %ratio_2 = arith.divf %above_2, %below_2 : f64
        %angle_2 = math.atan %ratio_2 : f64
        %phase_2 = arith.subf %phi_2, %angle_2 : f64
        %turn_2 = arith.mulf %minus_two, %phase_2 : f64
        %f_re_2 = math.cos %turn_2 : f64
        %f_im_2 = math.sin %turn_2 : f64
        %k_3 = memref.load %k0[%i, %three] : memref<?x4xf64>
        %phi_3 = arith.mulf %k_3, %s : f64
        %phi_3_square = arith.mulf %phi_3, %phi_3 : f64
        %six_squares = arith.mulf %c6, %phi_3_square : f64
        %below_3 = arith.subf %c15, %six_squares : f64
        %factor_3 = arith.subf %c15, %phi_3_square : f64
        %above_3 = arith.mulf %phi_3, %factor_3 : f64
        %ratio_3 = arith.divf %above_3, %below_3 : f64
        %angle_3 = math.atan %ratio_3 : f64
        %phase_3 = arith.subf %phi_3, %angle_3 : f64
        %turn_3 = arith.mulf %minus_two, %phase_3 : f64
        %f_re_3 = math.cos %turn_3 : f64
        %f_im_3 = math.sin %turn_3 : f64
        %win_t = memref.load %window[%i, %w, %zero] : memref<?x?x3xf64>
        %win_a = memref.load %window[%i, %w, %one] : memref<?x?x3xf64>
        %win_f = memref.load %window[%i, %w, %two] : memref<?x?x3xf64>
        %background_t = arith.mulf %E, %win_t : f64
        %background_a = arith.mulf %E, %win_a : f64
        %background_f = arith.mulf %E, %win_f : f64
        %micro:2 = scf.for %q = %zero to %poles step %one
            iter_args(%t = %background_t, %a = %background_a) -> (f64, f64) {
          %ea_re = memref.load %pole[%i, %w, %q, %zero] : memref<?x?x?x6xf64>
          %ea_im = memref.load %pole[%i, %w, %q, %one] : memref<?x?x?x6xf64>
          %rt_re = memref.load %pole[%i, %w, %q, %two] : memref<?x?x?x6xf64>
          %rt_im = memref.load %pole[%i, %w, %q, %three] : memref<?x?x?x6xf64>
          %ra_re = memref.load %pole[%i, %w, %q, %four] : memref<?x?x?x6xf64>
          %ra_im = memref.load %pole[%i, %w, %q, %five] : memref<?x?x?x6xf64>
          // z = i / (dr + i di) / E = (di + i dr) / (|d|^2 E)
          %dr = arith.subf %ea_re, %s : f64
          %dr2 = arith.mulf %dr, %dr : f64
          %di2 = arith.mulf %ea_im, %ea_im : f64
          %d2 = arith.addf %dr2, %di2 : f64
          %scale = arith.mulf %d2, %E : f64
          %z_re = arith.divf %ea_im, %scale : f64
          %z_im = arith.divf %dr, %scale : f64
          %t_re_re = arith.mulf %rt_re, %z_re : f64
          %t_im_im = arith.mulf %rt_im, %z_im : f64
          %t_re_im = arith.mulf %rt_re, %z_im : f64
          %t_im_re = arith.mulf %rt_im, %z_re : f64
          %t_re = arith.subf %t_re_re, %t_im_im : f64
          %t_im = arith.addf %t_re_im, %t_im_re : f64
          %momentum_q = memref.load %momentum[%i, %w, %q] : memref<?x?x?xindex>
          %f_re, %f_im = scf.index_switch %momentum_q -> f64, f64
          case 0 {
            scf.yield %f_re_0, %f_im_0 : f64, f64
          }
          case 1 {
            scf.yield %f_re_1, %f_im_1 : f64, f64
          }
          case 2 {
            scf.yield %f_re_2, %f_im_2 : f64, f64
          }
          default {
            scf.yield %f_re_3, %f_im_3 : f64, f64
          }
          %t_f_re = arith.mulf %t_re, %f_re : f64
          %t_f_im = arith.mulf %t_im, %f_im : f64
          %t_part = arith.subf %t_f_re, %t_f_im : f64
          %t_next = arith.addf %t, %t_part : f64
          %a_re_re = arith.mulf %ra_re, %z_re : f64
          %a_im_im = arith.mulf %ra_im, %z_im : f64
          %a_part = arith.subf %a_re_re, %a_im_im : f64
          %a_next = arith.addf %a, %a_part : f64
          scf.yield %t_next, %a_next : f64, f64
        }
        %c = memref.load %conc[%m, %p] : memref<?x?xf64>
        %scattered = arith.subf %micro#0, %micro#1 : f64
        %part_t = arith.mulf %c, %micro#0 : f64
        %part_a = arith.mulf %c, %micro#1 : f64
        %part_f = arith.mulf %c, %background_f : f64
        %part_s = arith.mulf %c, %scattered : f64
        %next_t = arith.addf %sum_t, %part_t : f64
        %next_a = arith.addf %sum_a, %part_a : f64
        %next_f = arith.addf %sum_f, %part_f : f64
        %next_s = arith.addf %sum_s, %part_s : f64
        scf.yield %next_t, %next_a, %next_f, %next_s : f64, f64, f64, f64
      }
      memref.store %sum#0, %macro[%l, %zero] : memref<?x4xf64>
      memref.store %sum#1, %macro[%l, %one] : memref<?x4xf64>
      memref.store %sum#2, %macro[%l, %two] : memref<?x4xf64>
      memref.store %sum#3, %macro[%l, %three] : memref<?x4xf64>
    }
    gpu.terminator
  }
  return
}

// Tables for `rs`: momentum[i][w][q] = (i + 2 w + 3 q) mod 4, count[m] = 1 + m mod P, nuclide[m][p] = (3 m + 5 p) mod
// I, E_l = 0.05 + 0.9 frac(0.618 (l + 1)), material[l] = l mod M.
func.func @main(%pole: memref<?x?x?x6xf64>, %window: memref<?x?x3xf64>, %k0: memref<?x4xf64>, %conc: memref<?x?xf64>,
                %macro: memref<?x4xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %five = arith.constant 5 : index
  %golden = arith.constant 0.61803398874989 : f64
  %range = arith.constant 0.9 : f64
  %lowest = arith.constant 0.05 : f64
  %nuclides = memref.dim %pole, %zero : memref<?x?x?x6xf64>
  %windows = memref.dim %pole, %one : memref<?x?x?x6xf64>
  %poles = memref.dim %pole, %two : memref<?x?x?x6xf64>
  %materials = memref.dim %conc, %zero : memref<?x?xf64>
  %slots = memref.dim %conc, %one : memref<?x?xf64>
  %lookups = memref.dim %macro, %zero : memref<?x4xf64>
  %momentum = memref.alloc(%nuclides, %windows, %poles) : memref<?x?x?xindex>
  scf.for %i = %zero to %nuclides step %one {
    scf.for %w = %zero to %windows step %one {
      scf.for %q = %zero to %poles step %one {
        %twice = arith.muli %w, %two : index
        %thrice = arith.muli %q, %three : index
        %partial = arith.addi %i, %twice : index
        %sum = arith.addi %partial, %thrice : index
        %l = arith.remui %sum, %four : index
        memref.store %l, %momentum[%i, %w, %q] : memref<?x?x?xindex>
      }
    }
  }
  %count = memref.alloc(%materials) : memref<?xindex>
  %nuclide = memref.alloc(%materials, %slots) : memref<?x?xindex>
  scf.for %m = %zero to %materials step %one {
    %rest = arith.remui %m, %slots : index
    %used = arith.addi %rest, %one : index
    memref.store %used, %count[%m] : memref<?xindex>
    scf.for %p = %zero to %slots step %one {
      %threefold = arith.muli %m, %three : index
      %fivefold = arith.muli %p, %five : index
      %sum = arith.addi %threefold, %fivefold : index
      %i = arith.remui %sum, %nuclides : index
      memref.store %i, %nuclide[%m, %p] : memref<?x?xindex>
    }
  }
  %energy = memref.alloc(%lookups) : memref<?xf64>
  %material = memref.alloc(%lookups) : memref<?xindex>
  scf.for %l = %zero to %lookups step %one {
    %m = arith.remui %l, %materials : index
    memref.store %m, %material[%l] : memref<?xindex>
    %next = arith.addi %l, %one : index
    %next_i64 = arith.index_cast %next : index to i64
    %next_f64 = arith.sitofp %next_i64 : i64 to f64
    %multiple = arith.mulf %next_f64, %golden : f64
    %whole = math.floor %multiple : f64
    %fraction = arith.subf %multiple, %whole : f64
    %scaled = arith.mulf %fraction, %range : f64
    %E = arith.addf %lowest, %scaled : f64
    memref.store %E, %energy[%l] : memref<?xf64>
  }
  func.call @rs(%pole, %momentum, %window, %k0, %conc, %count, %nuclide, %energy, %material, %macro)
      : (memref<?x?x?x6xf64>, memref<?x?x?xindex>, memref<?x?x3xf64>, memref<?x4xf64>, memref<?x?xf64>, memref<?xindex>,
         memref<?x?xindex>, memref<?xf64>, memref<?xindex>, memref<?x4xf64>) -> ()
  memref.dealloc %material : memref<?xindex>
  memref.dealloc %energy : memref<?xf64>
  memref.dealloc %nuclide : memref<?x?xindex>
  memref.dealloc %count : memref<?xindex>
  memref.dealloc %momentum : memref<?x?x?xindex>
  return
}
