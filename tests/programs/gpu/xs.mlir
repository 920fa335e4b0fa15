// Macroscopic cross sections (XSBench): one lookup a thread, by bisection in the energy grid of each nuclide.
//
//   macro_lj = sum over slots p < count[m] of conc_mp (xs_hj - f (xs_hj - xs_lj)),  m = material of lookup l,
//   nuclide i = nuclide[m][p], grid interval [low, high] of i around the energy E_l,
//   f = (e_i,high - E_l) / (e_i,high - e_i,low)
//
// Sizes: I nuclides with G >= 2 grid points and 5 kinds of cross sections, M materials of up to P nuclides, L lookups,
// all at run time. Blocks of 64 threads. The grid, the materials and the lookups are constant; `main` makes up such
// tables.
// Source: J. Tramm et al., "XSBench - the development and verification of a performance abstraction for Monte Carlo
// reactor analysis", PHYSOR 2014.
// RUN: autodiff-run %s --entry main --target gpu-host --arg rand:8x16x5:1 --arg rand:5x6:2 --arg rand:70:3 --arg zeros:70x5 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry main --target gpu-host --check-races --arg rand:8x16x5:1 \
// RUN:   --arg rand:5x6:2 --arg rand:70:3 --arg zeros:70x5 | FileCheck %s
// CHECK: kernel primal 'xs_kernel': launches 1,
func.func @xs(%e: memref<?x?xf64>, %xs: memref<?x?x5xf64>, %conc: memref<?x?xf64>, %count: memref<?xindex>,
              %nuclide: memref<?x?xindex>, %energy: memref<?xf64>, %material: memref<?xindex>,
              %macro: memref<?x5xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %five = arith.constant 5 : index
  %size = arith.constant 64 : index
  %none = arith.constant 0.0 : f64
  %points = memref.dim %e, %one : memref<?x?xf64>
  %last = arith.subi %points, %one : index
  %lookups = memref.dim %energy, %zero : memref<?xf64>
  %blocks = arith.ceildivui %lookups, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %first = arith.muli %bx, %sx : index
    %l = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %l, %lookups : index
    scf.if %inside {
      %E = memref.load %energy[%l] : memref<?xf64>
      %m = memref.load %material[%l] : memref<?xindex>
      %slots = memref.load %count[%m] : memref<?xindex>
      scf.for %j = %zero to %five step %one {
        memref.store %none, %macro[%l, %j] : memref<?x5xf64>
      }
      scf.for %p = %zero to %slots step %one {
        %i = memref.load %nuclide[%m, %p] : memref<?x?xindex>
        %low, %high = scf.while (%a = %zero, %b = %last) : (index, index) -> (index, index) {
          %length = arith.subi %b, %a : index
          %splits = arith.cmpi ugt, %length, %one : index
          scf.condition(%splits) %a, %b : index, index
        } do {
        ^bb0(%a: index, %b: index):
          %length = arith.subi %b, %a : index
          %half = arith.shrui %length, %one : index
          %middle = arith.addi %a, %half : index
          %e_middle = memref.load %e[%i, %middle] : memref<?x?xf64>
          %below = arith.cmpf ogt, %e_middle, %E : f64
          %next_a = arith.select %below, %a, %middle : index
          %next_b = arith.select %below, %middle, %b : index
          scf.yield %next_a, %next_b : index, index
        }
        %e_low = memref.load %e[%i, %low] : memref<?x?xf64>
        %e_high = memref.load %e[%i, %high] : memref<?x?xf64>
        %rest = arith.subf %e_high, %E : f64
        %interval = arith.subf %e_high, %e_low : f64
        %f = arith.divf %rest, %interval : f64
        %c = memref.load %conc[%m, %p] : memref<?x?xf64>
        scf.for %j = %zero to %five step %one {
          %x_low = memref.load %xs[%i, %low, %j] : memref<?x?x5xf64>
          %x_high = memref.load %xs[%i, %high, %j] : memref<?x?x5xf64>
          %difference = arith.subf %x_high, %x_low : f64
          %part = arith.mulf %f, %difference : f64
          %micro = arith.subf %x_high, %part : f64
          %weighted = arith.mulf %c, %micro : f64
          %old = memref.load %macro[%l, %j] : memref<?x5xf64>
          %new = arith.addf %old, %weighted : f64
          memref.store %new, %macro[%l, %j] : memref<?x5xf64>
        }
      }
    }
    gpu.terminator
  }
  return
}

// Tables for `xs`: a grid on [-1.01, 1.01] whose points are irregular, count[m] = 1 + m mod P, nuclide[m][p] = (3 m + 5
// p) mod I, material[l] = l mod M.
func.func @main(%xs: memref<?x?x5xf64>, %conc: memref<?x?xf64>, %energy: memref<?xf64>, %macro: memref<?x5xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %five = arith.constant 5 : index
  %golden = arith.constant 0.61803398874989 : f64
  %jitter = arith.constant 0.4 : f64
  %start = arith.constant -1.01 : f64
  %width = arith.constant 2.02 : f64
  %nuclides = memref.dim %xs, %zero : memref<?x?x5xf64>
  %points = memref.dim %xs, %one : memref<?x?x5xf64>
  %materials = memref.dim %conc, %zero : memref<?x?xf64>
  %slots = memref.dim %conc, %one : memref<?x?xf64>
  %lookups = memref.dim %energy, %zero : memref<?xf64>
  %e = memref.alloc(%nuclides, %points) : memref<?x?xf64>
  %last = arith.subi %points, %one : index
  %last_i64 = arith.index_cast %last : index to i64
  %last_f64 = arith.sitofp %last_i64 : i64 to f64
  scf.for %i = %zero to %nuclides step %one {
    scf.for %g = %zero to %points step %one {
      // e = -1.01 + 2.02 (g + 0.4 frac(0.618 (i G + g))) / (G - 1), and 1.01 at the last point.
      %row = arith.muli %i, %points : index
      %number = arith.addi %row, %g : index
      %number_i64 = arith.index_cast %number : index to i64
      %number_f64 = arith.sitofp %number_i64 : i64 to f64
      %multiple = arith.mulf %number_f64, %golden : f64
      %whole = math.floor %multiple : f64
      %fraction = arith.subf %multiple, %whole : f64
      %is_last = arith.cmpi eq, %g, %last : index
      %zero_f64 = arith.constant 0.0 : f64
      %shift = arith.mulf %fraction, %jitter : f64
      %shifted = arith.select %is_last, %zero_f64, %shift : f64
      %g_i64 = arith.index_cast %g : index to i64
      %g_f64 = arith.sitofp %g_i64 : i64 to f64
      %place = arith.addf %g_f64, %shifted : f64
      %relative = arith.divf %place, %last_f64 : f64
      %scaled = arith.mulf %relative, %width : f64
      %point = arith.addf %start, %scaled : f64
      memref.store %point, %e[%i, %g] : memref<?x?xf64>
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
  %material = memref.alloc(%lookups) : memref<?xindex>
  scf.for %l = %zero to %lookups step %one {
    %m = arith.remui %l, %materials : index
    memref.store %m, %material[%l] : memref<?xindex>
  }
  func.call @xs(%e, %xs, %conc, %count, %nuclide, %energy, %material, %macro)
      : (memref<?x?xf64>, memref<?x?x5xf64>, memref<?x?xf64>, memref<?xindex>, memref<?x?xindex>, memref<?xf64>,
         memref<?xindex>, memref<?x5xf64>) -> ()
  memref.dealloc %material : memref<?xindex>
  memref.dealloc %nuclide : memref<?x?xindex>
  memref.dealloc %count : memref<?xindex>
  memref.dealloc %e : memref<?x?xf64>
  return
}
