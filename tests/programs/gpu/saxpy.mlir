// y <- a x + y in single precision, one thread an element.
//
// Sizes: n at run time, blocks of 128 threads, the last one partly idle.
// Source: BLAS level 1, routine SAXPY.
// RUN: autodiff-run %s --entry saxpy --target gpu-host --arg 0.7 --arg rand:300:1 --arg rand:300:2 \
// RUN:   --mode check --check-races
func.func @saxpy(%a: f32, %x: memref<?xf32>, %y: memref<?xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 128 : index
  %n = memref.dim %x, %zero : memref<?xf32>
  %blocks = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %x_i = memref.load %x[%i] : memref<?xf32>
      %y_i = memref.load %y[%i] : memref<?xf32>
      %scaled = arith.mulf %a, %x_i : f32
      %sum = arith.addf %scaled, %y_i : f32
      memref.store %sum, %y[%i] : memref<?xf32>
    }
    gpu.terminator
  }
  return
}
