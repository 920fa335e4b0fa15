// Accumulations of threads that need no atomics: by ids, by what only the owner may touch, by barriers; and one that does.
// RUN: autodiff-run %s --entry tiles --arg rand:9x11:1 --arg rand:9x11:2 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry tree --arg rand:16:1 --arg zeros:2 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry rows --arg rand:3x21:1 --arg zeros:3x21 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry lanes --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry phases --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-print-locality=function=tiles -o %t | FileCheck %s --check-prefix=TILES
// RUN: autodiff-opt %s --autodiff-print-locality=function=tree -o %t | FileCheck %s --check-prefix=TREE
// RUN: autodiff-opt %s --autodiff-print-locality=function=rows -o %t | FileCheck %s --check-prefix=ROWS
// RUN: autodiff-opt %s --autodiff-print-locality=function=lanes -o %t | FileCheck %s --check-prefix=LANES
// RUN: autodiff-opt %s --autodiff-print-locality=function=phases -o %t | FileCheck %s --check-prefix=PHASES

// Two-dimensional blocks. The buffers may be the same memory, but who writes a place is the only one to read it.
func.func @tiles(%x: memref<?x?xf64>, %y: memref<?x?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %rows = memref.dim %x, %c0 : memref<?x?xf64>
  %columns = memref.dim %x, %c1 : memref<?x?xf64>
  %grid_x = arith.ceildivui %columns, %c8 : index
  %grid_y = arith.ceildivui %rows, %c4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %grid_x, %gy = %grid_y, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c4, %sz = %c1) {
    %first_row = arith.muli %by, %sy : index
    %i = arith.addi %first_row, %ty : index
    %first_column = arith.muli %bx, %sx : index
    %j = arith.addi %first_column, %tx : index
    %row_inside = arith.cmpi ult, %i, %rows : index
    %column_inside = arith.cmpi ult, %j, %columns : index
    %inside = arith.andi %row_inside, %column_inside : i1
    scf.if %inside {
      %u = memref.load %x[%i, %j] : memref<?x?xf64>
      %v = memref.load %y[%i, %j] : memref<?x?xf64>
      %uv = arith.mulf %u, %v : f64
      memref.store %uv, %y[%i, %j] : memref<?x?xf64>
    }
    gpu.terminator
  }
  return
}
// TILES:     gpu.launch
// TILES-COUNT-2: distinct
// TILES-NOT: atomic

// A sum by a tree in memory of the workgroup: each step is over before the next one begins.
func.func @tree(%x: memref<16xf64>, %y: memref<2xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1)
             workgroup(%sums : memref<8xf64, #gpu.address_space<workgroup>>) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<16xf64>
    %sine = math.sin %v : f64
    memref.store %sine, %sums[%tx] : memref<8xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    scf.for %step = %c0 to %c3 step %c1 {
      %stride = arith.shrui %c4, %step : index
      %adds = arith.cmpi ult, %tx, %stride : index
      scf.if %adds {
        %other = arith.addi %tx, %stride : index
        %left = memref.load %sums[%tx] : memref<8xf64, #gpu.address_space<workgroup>>
        %right = memref.load %sums[%other] : memref<8xf64, #gpu.address_space<workgroup>>
        %product = arith.mulf %left, %right : f64
        %sum = arith.addf %left, %product : f64
        memref.store %sum, %sums[%tx] : memref<8xf64, #gpu.address_space<workgroup>>
      }
      gpu.barrier
    }
    %leads = arith.cmpi eq, %tx, %c0 : index
    scf.if %leads {
      %total = memref.load %sums[%tx] : memref<8xf64, #gpu.address_space<workgroup>>
      memref.store %total, %y[%bx] : memref<2xf64>
    }
    gpu.terminator
  }
  return
}
// TREE:     gpu.launch
// TREE-COUNT-4: distinct
// TREE-NOT: atomic

// Threads go through a row in strides of the block, more than once.
func.func @rows(%x: memref<?x?xf64>, %y: memref<?x?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %none = arith.constant 0.0 : f64
  %rows = memref.dim %x, %c0 : memref<?x?xf64>
  %columns = memref.dim %x, %c1 : memref<?x?xf64>
  gpu.launch blocks(%row, %by, %bz) in (%gx = %rows, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %own = scf.for %j = %tx to %columns step %sx iter_args(%sum = %none) -> f64 {
      %v = memref.load %x[%row, %j] : memref<?x?xf64>
      %sine = math.sin %v : f64
      %next = arith.addf %sum, %sine : f64
      scf.yield %next : f64
    }
    scf.for %j = %tx to %columns step %sx {
      %v = memref.load %x[%row, %j] : memref<?x?xf64>
      %p = arith.mulf %v, %own : f64
      memref.store %p, %y[%row, %j] : memref<?x?xf64>
    }
    gpu.terminator
  }
  return
}
// ROWS:     gpu.launch
// ROWS-COUNT-2: distinct
// ROWS-NOT: atomic

// The first of a subgroup is read by all: the number of a lane is not the same for all threads.
func.func @lanes(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %lane = gpu.lane_id
    %leader = arith.subi %tx, %lane : index
    %v = memref.load %x[%bx, %leader] : memref<2x32xf64>
    %e = math.exp %v : f64
    memref.store %e, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
// LANES: gpu.launch
// LANES: atomic: shared by iterations that differ in

// Two reads with no barrier in between meet; with one they do not, but for the loop around them.
func.func @phases(%x: memref<8xf64>, %y: memref<8xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %none = arith.constant 0.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1)
             workgroup(%row : memref<8xf64, #gpu.address_space<workgroup>>) {
    %v = memref.load %x[%tx] : memref<8xf64>
    memref.store %v, %row[%tx] : memref<8xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %other = arith.subi %c7, %tx : index
    %p = scf.for %step = %c0 to %c2 step %c1 iter_args(%sum = %none) -> f64 {
      %a = memref.load %row[%tx] : memref<8xf64, #gpu.address_space<workgroup>>
      gpu.barrier
      %b = memref.load %row[%other] : memref<8xf64, #gpu.address_space<workgroup>>
      %ab = arith.mulf %a, %b : f64
      %next = arith.addf %sum, %ab : f64
      scf.yield %next : f64
    }
    memref.store %p, %y[%tx] : memref<8xf64>
    gpu.terminator
  }
  return
}
// PHASES: gpu.launch
// PHASES-COUNT-2: atomic: shared by iterations that differ in
