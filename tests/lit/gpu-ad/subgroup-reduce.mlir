// Reductions over the lanes of a subgroup and over clusters of lanes.
// RUN: autodiff-run %s --entry sum --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry clusters --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry product --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry maximum --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
func.func @sum(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %e = math.exp %v : f64
    %r = gpu.subgroup_reduce add %e : (f64) -> f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @clusters(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %r = gpu.subgroup_reduce add %v cluster(size = 4, stride = 2) : (f64) -> f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @product(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %r = gpu.subgroup_reduce mul %v uniform cluster(size = 8) : (f64) -> f64
    %p = arith.addf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @maximum(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %r = gpu.subgroup_reduce maximumf %v uniform cluster(size = 8) : (f64) -> f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
