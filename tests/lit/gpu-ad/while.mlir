// While loops in kernels that each thread runs as often as its data say: a small kernel finds the longest first.
// RUN: autodiff-run %s --entry steps --activity dup,const,dup --arg rand:5:1 --arg rand:5:2 --arg zeros:5 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry steps --activity dup,const,dup --arg rand:5:1 --arg zeros:5 --arg zeros:5 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry nested_in_for --arg rand:5:1 --arg zeros:5 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry until_small --arg rand:5:1 --arg zeros:5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry until_flat --arg rand:5:1 --arg zeros:5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry newton --arg rand:4:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry nested --arg rand:5:1 --arg zeros:5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry launched_again --arg rand:5:1 --arg zeros:5 --arg 3 \
// RUN:   --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s '--autodiff-wrap=function=steps args=dup,const,dup' --autodiff-wrap=function=until_flat \
// RUN:   --autodiff-differentiate | FileCheck %s

// Between no iteration at all and many, by thread.
// CHECK-LABEL: func.func private @steps.vjp
// CHECK:         %[[CELL:.*]] = memref.alloc() : memref<i64>
// CHECK:         gpu.launch
// CHECK:           scf.while
// CHECK:             scf.condition
// What the iterations compute from %x is of no interest.
// CHECK-NOT:       math.sin
// CHECK:           memref.atomic_rmw maxu %{{.*}}, %[[CELL]][]
// CHECK:         %[[MOST:.*]] = memref.load %[[CELL]][] : memref<i64>
// CHECK:         %[[COUNT:.*]] = arith.index_cast %[[MOST]] : i64 to index
// CHECK:         autodiff.cache(%[[COUNT]], %c5) : <f64>
// CHECK:         gpu.launch
// CHECK:           math.sin
// CHECK-NOT:     atomic_rmw
func.func @steps(%x: memref<5xf64>, %lengths: memref<5xf64>, %y: memref<5xf64> {llvm.noalias}) {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %none = arith.constant 0.0 : f64
  %tenth = arith.constant 0.1 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %length = memref.load %lengths[%tx] : memref<5xf64>
    %v = memref.load %x[%tx] : memref<5xf64>
    %r:2 = scf.while (%left = %length, %u = %v) : (f64, f64) -> (f64, f64) {
      %goes_on = arith.cmpf ogt, %left, %none : f64
      scf.condition(%goes_on) %left, %u : f64, f64
    } do {
    ^bb0(%left: f64, %u: f64):
      %w = math.sin %u : f64
      %uw = arith.mulf %u, %w : f64
      %less = arith.subf %left, %tenth : f64
      scf.yield %less, %uw : f64, f64
    }
    memref.store %r#1, %y[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// The inner loop depends on what the outer one carries.
func.func @nested_in_for(%x: memref<5xf64>, %y: memref<5xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %low = arith.constant 0.2 : f64
  %two = arith.constant 2.5 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<5xf64>
    %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%t = %v) -> f64 {
      %q = scf.while (%u = %t) : (f64) -> f64 {
        %size = math.absf %u : f64
        %goes_on = arith.cmpf ogt, %size, %low : f64
        scf.condition(%goes_on) %u : f64
      } do {
      ^bb0(%u: f64):
        %w = math.sin %u : f64
        %square = arith.mulf %w, %w : f64
        scf.yield %square : f64
      }
      %e = math.exp %q : f64
      scf.yield %e : f64
    }
    memref.store %r, %y[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// All threads iterate until the sum over the block is small.
func.func @until_small(%x: memref<5xf64>, %y: memref<5xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %low = arith.constant 0.2 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<5xf64>
    %q = scf.while (%u = %v) : (f64) -> f64 {
      %uu = arith.mulf %u, %u : f64
      %size = gpu.all_reduce add %uu uniform {} : (f64) -> f64
      %goes_on = arith.cmpf ogt, %size, %low : f64
      scf.condition(%goes_on) %u : f64
    } do {
    ^bb0(%u: f64):
      %w = math.sin %u : f64
      %uw = arith.mulf %w, %u : f64
      scf.yield %uw : f64
    }
    memref.store %q, %y[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// The threads of a block relax a row in workgroup memory until it is flat.
// What decides is in memory of the workgroup: the small kernel has its own, and the barriers.
// CHECK-LABEL: func.func private @until_flat.vjp
// CHECK:         gpu.launch {{.*}} workgroup(%[[ROW:[a-z0-9]+]] : memref<5xf64
// CHECK:           memref.store %{{.*}}, %[[ROW]]
// CHECK:           scf.while
// CHECK:             gpu.barrier
// CHECK:             scf.condition
// CHECK:             gpu.barrier
// CHECK:             memref.store %{{.*}}, %[[ROW]]
// CHECK-NOT:       math.exp
// CHECK:           memref.atomic_rmw maxu
// CHECK:         gpu.launch
// CHECK:           math.exp
func.func @until_flat(%x: memref<5xf64>, %y: memref<5xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %low = arith.constant 0.2 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1)
             workgroup(%row : memref<5xf64, #gpu.address_space<workgroup>>) {
    %v = memref.load %x[%tx] : memref<5xf64>
    memref.store %v, %row[%tx] : memref<5xf64, #gpu.address_space<workgroup>>
    scf.while : () -> () {
      gpu.barrier
      %a = memref.load %row[%c0] : memref<5xf64, #gpu.address_space<workgroup>>
      %b = memref.load %row[%c4] : memref<5xf64, #gpu.address_space<workgroup>>
      %d = arith.subf %a, %b : f64
      %size = math.absf %d : f64
      %goes_on = arith.cmpf ogt, %size, %low : f64
      scf.condition(%goes_on)
    } do {
      %next = arith.addi %tx, %c1 : index
      %other = arith.remui %next, %c5 : index
      %a = memref.load %row[%tx] : memref<5xf64, #gpu.address_space<workgroup>>
      %b = memref.load %row[%other] : memref<5xf64, #gpu.address_space<workgroup>>
      gpu.barrier
      %ab = arith.mulf %a, %b : f64
      %s = math.sin %ab : f64
      memref.store %s, %row[%tx] : memref<5xf64, #gpu.address_space<workgroup>>
      scf.yield
    }
    %r = memref.load %row[%tx] : memref<5xf64, #gpu.address_space<workgroup>>
    %e = math.exp %r : f64
    memref.store %e, %y[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// One in the other.
func.func @nested(%x: memref<5xf64>, %y: memref<5xf64> {llvm.noalias}) {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %low = arith.constant 0.2 : f64
  %mid = arith.constant 0.35 : f64
  %three = arith.constant 3.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<5xf64>
    %r = scf.while (%t = %v) : (f64) -> f64 {
      %size = math.absf %t : f64
      %goes_on = arith.cmpf ogt, %size, %mid : f64
      scf.condition(%goes_on) %t : f64
    } do {
    ^bb0(%t: f64):
      %q = scf.while (%u = %t) : (f64) -> f64 {
        %size = math.absf %u : f64
        %goes_on = arith.cmpf ogt, %size, %low : f64
        scf.condition(%goes_on) %u : f64
      } do {
      ^bb0(%u: f64):
        %w = math.sin %u : f64
        %square = arith.mulf %w, %w : f64
        scf.yield %square : f64
      }
      %e = arith.mulf %q, %three : f64
      scf.yield %e : f64
    }
    memref.store %r, %y[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// The condition depends on what is differentiated.
func.func @newton(%x: memref<4xf64>, %y: memref<4xf64> {llvm.noalias}) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %low = arith.constant 0.1 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    %r = scf.while (%u = %v) : (f64) -> f64 {
      %size = math.absf %u : f64
      %goes_on = arith.cmpf ogt, %size, %low : f64
      scf.condition(%goes_on) %u : f64
    } do {
    ^bb0(%u: f64):
      %w = math.sin %u : f64
      %square = arith.mulf %w, %w : f64
      scf.yield %square : f64
    }
    memref.store %r, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// The launch in a loop of the host: the longest differs from launch to launch.
func.func @launched_again(%x: memref<5xf64>, %y: memref<5xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %low = arith.constant 0.2 : f64
  scf.for %k = %c0 to %n step %c1 {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
      %v = memref.load %x[%tx] : memref<5xf64>
      %r = scf.while (%u = %v) : (f64) -> f64 {
        %size = math.absf %u : f64
        %goes_on = arith.cmpf ogt, %size, %low : f64
        scf.condition(%goes_on) %u : f64
      } do {
      ^bb0(%u: f64):
        %w = math.sin %u : f64
        %square = arith.mulf %w, %w : f64
        scf.yield %square : f64
      }
      memref.store %r, %y[%tx] : memref<5xf64>
      gpu.terminator
    }
    scf.for %i = %c0 to %c5 step %c1 {
      %a = memref.load %y[%i] : memref<5xf64>
      %b = memref.load %x[%i] : memref<5xf64>
      %e = math.exp %a : f64
      %be = arith.mulf %e, %b : f64
      memref.store %be, %x[%i] : memref<5xf64>
    }
  }
  return
}
