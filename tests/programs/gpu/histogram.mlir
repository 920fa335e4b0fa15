// A weighted histogram: h_b <- h_b + sum of w_i^2 over all i with bin_i = b, by atomic additions.
//
// Sizes: n samples at run time, 64 bins; each block of 128 threads first counts in workgroup memory, then adds its
// counts to those of the others. Bins are numbers below 64.
// Source: the histogram with privatisation of the CUDA samples, written anew.
// RUN: autodiff-run %s --entry histogram --target gpu-host --arg rand:300:1 --arg rand:300:3 --arg rand:64:4 \
// RUN:   --mode check --check-races
!counts = memref<64xf64, #gpu.address_space<workgroup>>
func.func @histogram(%bins: memref<?xi32>, %w: memref<?xf64>, %h: memref<64xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %count = arith.constant 64 : index
  %size = arith.constant 128 : index
  %none = arith.constant 0.0 : f64
  %n = memref.dim %w, %zero : memref<?xf64>
  %blocks = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one)
             workgroup(%counts : !counts) {
    %has_bin = arith.cmpi ult, %tx, %count : index
    scf.if %has_bin {
      memref.store %none, %counts[%tx] : !counts
    }
    gpu.barrier
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %number = memref.load %bins[%i] : memref<?xi32>
      %bin = arith.index_cast %number : i32 to index
      %weight = memref.load %w[%i] : memref<?xf64>
      %square = arith.mulf %weight, %weight : f64
      %old = memref.atomic_rmw addf %square, %counts[%bin] : (f64, !counts) -> f64
    }
    gpu.barrier
    scf.if %has_bin {
      %own = memref.load %counts[%tx] : !counts
      %old = memref.atomic_rmw addf %own, %h[%tx] : (f64, memref<64xf64>) -> f64
    }
    gpu.terminator
  }
  return
}
