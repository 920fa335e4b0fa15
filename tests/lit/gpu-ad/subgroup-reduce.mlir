// Reductions over the lanes of a subgroup and over clusters of lanes.
// RUN: autodiff-run %s --entry sum --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry clusters --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry product --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry maximum --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry vectors --arg rand:2:1 --arg rand:2:2 --target gpu-host --mode check \
// RUN:   --check-races
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
// Each element of a vector for itself, thread 3 with a factor that is zero.
!vectors = memref<8xvector<2xf64>>
func.func @vectors(%a: vector<2xf64>, %b: vector<2xf64>) -> vector<2xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  %none = arith.constant dense<0.0> : vector<2xf64>
  %inputs = memref.alloc() : !vectors
  scf.for %i = %c0 to %c8 step %c1 {
    %number = arith.index_cast %i : index to i32
    %weight = arith.sitofp %number : i32 to f64
    %weights = vector.broadcast %weight : f64 to vector<2xf64>
    %wa = arith.mulf %weights, %a : vector<2xf64>
    %angle = arith.addf %wa, %b : vector<2xf64>
    memref.store %angle, %inputs[%i] : !vectors
  }
  %products = memref.alloc() : !vectors
  %extrema = memref.alloc() : !vectors
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %number = arith.index_cast %tx : index to i32
    %weight = arith.sitofp %number : i32 to f64
    %weights = vector.broadcast %weight : f64 to vector<2xf64>
    %angle = memref.load %inputs[%tx] : !vectors
    %v = math.sin %angle : vector<2xf64>
    %zero = arith.subf %v, %v : vector<2xf64>
    %is_third = arith.cmpi eq, %tx, %c3 : index
    %factor = arith.select %is_third, %zero, %v : vector<2xf64>
    %p = gpu.subgroup_reduce mul %factor uniform cluster(size = 8) : (vector<2xf64>) -> vector<2xf64>
    %q = gpu.subgroup_reduce mul %v uniform cluster(size = 4) : (vector<2xf64>) -> vector<2xf64>
    %pq = arith.addf %p, %q : vector<2xf64>
    %m = gpu.subgroup_reduce minimumf %v uniform cluster(size = 4, stride = 2) : (vector<2xf64>) -> vector<2xf64>
    %wm = arith.mulf %weights, %m : vector<2xf64>
    memref.store %pq, %products[%tx] : !vectors
    memref.store %wm, %extrema[%tx] : !vectors
    gpu.terminator
  }
  %sum = scf.for %i = %c0 to %c8 step %c1 iter_args(%sum = %none) -> vector<2xf64> {
    %p = memref.load %products[%i] : !vectors
    %m = memref.load %extrema[%i] : !vectors
    %pm = arith.addf %p, %m : vector<2xf64>
    %next = arith.addf %sum, %pm : vector<2xf64>
    scf.yield %next : vector<2xf64>
  }
  memref.dealloc %inputs : !vectors
  memref.dealloc %products : !vectors
  memref.dealloc %extrema : !vectors
  return %sum : vector<2xf64>
}
