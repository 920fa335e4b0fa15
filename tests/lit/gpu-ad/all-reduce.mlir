// Reductions over a block: a sum, a product with a zero in it, extrema with ties, and a body that is one of them.
// RUN: autodiff-run %s --entry sum --arg rand:2x5:1 --arg zeros:2x5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry product --arg rand:2x5:1 --arg zeros:2x5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry product_with_zero --arg rand:2x5:1 --arg zeros:2x5 --target gpu-host --mode check
// RUN: autodiff-run %s --entry maximum --arg rand:2x5:1 --arg zeros:2x5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry minimum --arg rand:2x5:1 --arg zeros:2x5 --target gpu-host --mode check --check-races
func.func @sum(%x: memref<2x5xf64>, %y: memref<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x5xf64>
    %e = math.exp %v : f64
    %r = gpu.all_reduce add %e uniform {} : (f64) -> f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x5xf64>
    gpu.terminator
  }
  return
}
func.func @product(%x: memref<2x5xf64>, %y: memref<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x5xf64>
    %r = gpu.all_reduce %v {
    ^bb0(%a: f64, %b: f64):
      %ab = arith.mulf %a, %b : f64
      gpu.yield %ab : f64
    } : (f64) -> f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x5xf64>
    gpu.terminator
  }
  return
}
func.func @product_with_zero(%x: memref<2x5xf64>, %y: memref<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x5xf64>
    // In block 0 thread 0, in block 1 threads 0 and 1 have the value zero, though not its derivative.
    %is_zero = arith.cmpi ule, %tx, %bx : index
    %rest = arith.select %is_zero, %v, %zero : f64
    %f = arith.subf %v, %rest : f64
    %sine = math.sin %f : f64
    %g = arith.select %is_zero, %f, %sine : f64
    %r = gpu.all_reduce mul %g uniform {} : (f64) -> f64
    memref.store %r, %y[%bx, %tx] : memref<2x5xf64>
    gpu.terminator
  }
  return
}
func.func @maximum(%x: memref<2x5xf64>, %y: memref<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x5xf64>
    %r = gpu.all_reduce maximumf %v uniform {} : (f64) -> f64
    memref.store %r, %y[%bx, %tx] : memref<2x5xf64>
    gpu.terminator
  }
  return
}
func.func @minimum(%x: memref<2x5xf64>, %y: memref<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x5xf64>
    %r = gpu.all_reduce minnumf %v uniform {} : (f64) -> f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x5xf64>
    gpu.terminator
  }
  return
}
