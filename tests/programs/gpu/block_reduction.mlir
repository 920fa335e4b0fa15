// Each block sums the squares of its elements by a tree in workgroup memory: s_b = sum of x_i^2 over block b.
//
// Sizes: x has n elements at run time, s one for each 256 of them; halving strides 128, 64, ..., 1.
// Source: M. Harris, "Optimizing Parallel Reduction in CUDA", sequential addressing.
// RUN: autodiff-run %s --entry block_reduction --target gpu-host --arg rand:700:1 --arg zeros:3 \
// RUN:   --mode check --check-races
!row = memref<256xf64, #gpu.address_space<workgroup>>
func.func @block_reduction(%x: memref<?xf64>, %s: memref<?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant 8 : index
  %half = arith.constant 128 : index
  %size = arith.constant 256 : index
  %none = arith.constant 0.0 : f64
  %n = memref.dim %x, %zero : memref<?xf64>
  %blocks = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one)
             workgroup(%sums : !row) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    %square = scf.if %inside -> f64 {
      %value = memref.load %x[%i] : memref<?xf64>
      %squared = arith.mulf %value, %value : f64
      scf.yield %squared : f64
    } else {
      scf.yield %none : f64
    }
    memref.store %square, %sums[%tx] : !row
    gpu.barrier
    scf.for %step = %zero to %steps step %one {
      %stride = arith.shrui %half, %step : index
      %adds = arith.cmpi ult, %tx, %stride : index
      scf.if %adds {
        %other = arith.addi %tx, %stride : index
        %left = memref.load %sums[%tx] : !row
        %right = memref.load %sums[%other] : !row
        %sum = arith.addf %left, %right : f64
        memref.store %sum, %sums[%tx] : !row
      }
      gpu.barrier
    }
    %leads = arith.cmpi eq, %tx, %zero : index
    scf.if %leads {
      %total = memref.load %sums[%zero] : !row
      memref.store %total, %s[%bx] : memref<?xf64>
    }
    gpu.terminator
  }
  return
}
