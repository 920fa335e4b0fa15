// Prefix sums within blocks by shuffles: y_i = sum of x_j over all j <= i in the block of i.
//
// Sizes: n at run time, blocks of 128 threads; subgroups of 32 or 64 lanes. Each subgroup scans by shuffles with
// offsets 1, 2, 4, ..., then adds the totals of the subgroups before it, which are exchanged in workgroup memory.
// Source: W. Hillis, G. Steele, "Data Parallel Algorithms", CACM 29 (1986); M. Harris, S. Sengupta, GPU Gems 3, ch. 39.
// RUN: autodiff-run %s --entry scan --target gpu-host --arg rand:300:1 --arg zeros:300 \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry scan --target gpu-host --check-races --arg rand:300:1 --arg zeros:300 \
// RUN:   | FileCheck %s
// CHECK: kernel primal 'scan_kernel': launches 1,
!totals = memref<4xf64, #gpu.address_space<workgroup>>
func.func @scan(%x: memref<?xf64>, %y: memref<?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant 6 : index
  %size = arith.constant 128 : index
  %none = arith.constant 0.0 : f64
  %n = memref.dim %x, %zero : memref<?xf64>
  %blocks = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one)
             workgroup(%totals : !totals) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    %own = scf.if %inside -> f64 {
      %value = memref.load %x[%i] : memref<?xf64>
      scf.yield %value : f64
    } else {
      scf.yield %none : f64
    }
    %lanes = gpu.subgroup_size : index
    %width = arith.index_cast %lanes : index to i32
    %subgroup = arith.divui %tx, %lanes : index
    %lane = arith.remui %tx, %lanes : index
    %scanned = scf.for %step = %zero to %steps step %one iter_args(%sum = %own) -> f64 {
      %distance = arith.shli %one, %step : index
      %offset = arith.index_cast %distance : index to i32
      %other, %valid = gpu.shuffle up %sum, %offset, %width : f64
      %adds = arith.cmpi uge, %lane, %distance : index
      %larger = arith.addf %sum, %other : f64
      %next = arith.select %adds, %larger, %sum : f64
      scf.yield %next : f64
    }
    %last = arith.subi %lanes, %one : index
    %is_last = arith.cmpi eq, %lane, %last : index
    scf.if %is_last {
      memref.store %scanned, %totals[%subgroup] : !totals
    }
    gpu.barrier
    %prefix = scf.for %g = %zero to %subgroup step %one iter_args(%sum = %scanned) -> f64 {
      %total = memref.load %totals[%g] : !totals
      %next = arith.addf %sum, %total : f64
      scf.yield %next : f64
    }
    scf.if %inside {
      memref.store %prefix, %y[%i] : memref<?xf64>
    }
    gpu.terminator
  }
  return
}
