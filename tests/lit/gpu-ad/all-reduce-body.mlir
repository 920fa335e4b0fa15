// Reductions over a block by bodies that are no sum, product or extremum become trees in workgroup memory.
// RUN: autodiff-run %s --entry norm --arg rand:2x5:1 --arg zeros:2x5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry log_of_sum --arg rand:37:1 --arg zeros:37 --arg 37 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry log_of_sum --arg rand:1:1 --arg zeros:1 --arg 1 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry log_of_sum --arg rand:64:1 --arg zeros:64 --arg 64 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry in_loop --arg rand:3x4x2:1 --arg zeros:4x2 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry last --arg rand:6:1 --arg zeros:6 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry last --arg rand:6:5 --arg zeros:6 --target gpu-host --mode check --check-races
func.func @norm(%x: memref<2x5xf64>, %y: memref<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x5xf64>
    %e = math.exp %v : f64
    %r = gpu.all_reduce %e uniform {
    ^bb0(%a: f64, %b: f64):
      %aa = arith.mulf %a, %a : f64
      %bb = arith.mulf %b, %b : f64
      %ab = arith.addf %aa, %bb : f64
      %root = math.sqrt %ab : f64
      gpu.yield %root : f64
    } : (f64) -> f64
    %p = arith.divf %e, %r : f64
    memref.store %p, %y[%bx, %tx] : memref<2x5xf64>
    gpu.terminator
  }
  return
}
// A block of unknown size: log(exp a + exp b), twice in a row.
func.func @log_of_sum(%x: memref<?xf64>, %y: memref<?xf64>, %n: index) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %n, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<?xf64>
    %r = gpu.all_reduce %v uniform {
    ^bb0(%a: f64, %b: f64):
      %most = arith.maximumf %a, %b : f64
      %da = arith.subf %a, %most : f64
      %db = arith.subf %b, %most : f64
      %ea = math.exp %da : f64
      %eb = math.exp %db : f64
      %sum = arith.addf %ea, %eb : f64
      %log = math.log %sum : f64
      %out = arith.addf %log, %most : f64
      gpu.yield %out : f64
    } : (f64) -> f64
    %d = arith.subf %v, %r : f64
    %square = arith.mulf %d, %d : f64
    // a + b + a b
    %q = gpu.all_reduce %square uniform {
    ^bb0(%a: f64, %b: f64):
      %sum = arith.addf %a, %b : f64
      %ab = arith.mulf %a, %b : f64
      %out = arith.addf %sum, %ab : f64
      gpu.yield %out : f64
    } : (f64) -> f64
    %log = math.log1p %q : f64
    %p = arith.mulf %log, %v : f64
    memref.store %p, %y[%tx] : memref<?xf64>
    gpu.terminator
  }
  return
}
// In a loop, with a branch in the body: the harmonic sum of positive numbers.
func.func @in_loop(%x: memref<3x4x2xf64>, %y: memref<4x2xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c2, %sy = %c4, %sz = %c1) {
    %total = scf.for %i = %c0 to %c3 step %c1 iter_args(%sum = %one) -> f64 {
      %v = memref.load %x[%i, %ty, %tx] : memref<3x4x2xf64>
      %w = arith.mulf %v, %sum : f64
      %e = math.exp %w : f64
      %r = gpu.all_reduce %e uniform {
      ^bb0(%a: f64, %b: f64):
        %less = arith.cmpf olt, %a, %b : f64
        %out = scf.if %less -> f64 {
          %q = arith.divf %a, %b : f64
          %u = arith.constant 1.0 : f64
          %d = arith.addf %q, %u : f64
          %o = arith.divf %a, %d : f64
          scf.yield %o : f64
        } else {
          %q = arith.divf %b, %a : f64
          %u = arith.constant 1.0 : f64
          %d = arith.addf %q, %u : f64
          %o = arith.divf %b, %d : f64
          scf.yield %o : f64
        }
        gpu.yield %out : f64
      } : (f64) -> f64
      %next = arith.addf %sum, %r : f64
      scf.yield %next : f64
    }
    memref.store %total, %y[%ty, %tx] : memref<4x2xf64>
    gpu.terminator
  }
  return
}
// The order of the threads is kept: the value of the last one that is not negative, else of the first.
func.func @last(%x: memref<6xf64>, %y: memref<6xf64>) {
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c6, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<6xf64>
    %r = gpu.all_reduce %v uniform {
    ^bb0(%a: f64, %b: f64):
      %zero = arith.constant 0.0 : f64
      %negative = arith.cmpf olt, %b, %zero : f64
      %out = arith.select %negative, %a, %b : f64
      gpu.yield %out : f64
    } : (f64) -> f64
    %s = arith.mulf %r, %r : f64
    memref.store %s, %y[%tx] : memref<6xf64>
    gpu.terminator
  }
  return
}
