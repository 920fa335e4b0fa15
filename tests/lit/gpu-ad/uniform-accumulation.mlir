// What lanes add to one place they add up first, if all of them come together: one atomic addition for a cluster of lanes.
// RUN: autodiff-run %s --entry block --arg rand:3:1 --arg rand:80:2 --arg zeros:80 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry rows --arg rand:4x3:1 --arg rand:32:2 --arg zeros:32 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry rows --arg rand:4x3:1 --arg rand:32:2 --arg zeros:32 --target gpu-host --mode check \
// RUN:   --subgroup-size 4
// RUN: autodiff-run %s --entry columns --arg rand:3x8:1 --arg rand:32:2 --arg zeros:32 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry branch --arg rand:3:1 --arg rand:40:2 --arg zeros:40 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry block --arg rand:3:1 --arg rand:80:2 --arg zeros:80 --target gpu-host --mode vjp \
// RUN:   | FileCheck %s --check-prefix=COUNT
// RUN: autodiff-opt %s --autodiff-wrap=function=block --autodiff-wrap=function=rows --autodiff-wrap=function=columns \
// RUN:   --autodiff-wrap=function=branch --autodiff-differentiate --autodiff-lower | FileCheck %s

// All threads of a block of 40 read the same number: 2 subgroups of 2 blocks add 3 times. The 80 elements of the other
// shadow, which may be the same memory, are added to one by one.
func.func @block(%w: memref<3xf64>, %x: memref<80xf64>, %y: memref<80xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c40 = arith.constant 40 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c40, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<80xf64>
    %p = scf.for %k = %c0 to %c3 step %c1 iter_args(%product = %one) -> f64 {
      %a = memref.load %w[%k] : memref<3xf64>
      %av = arith.mulf %a, %v : f64
      %next = arith.mulf %product, %av : f64
      scf.yield %next : f64
    }
    memref.store %p, %y[%i] : memref<80xf64>
    gpu.terminator
  }
  return
}
// COUNT: kernel derivative {{.*}}: launches 1, threads 80, atomic updates 92
// CHECK-LABEL: func.func private @block.vjp
// CHECK:         %[[SUM:.*]] = gpu.subgroup_reduce add %{{.*}} uniform : (f64) -> f64
// CHECK:         %[[LANE:.*]] = gpu.lane_id
// CHECK:         %[[LEADS:.*]] = arith.cmpi eq, %[[LANE]]
// CHECK:         scf.if %[[LEADS]] {
// CHECK-NEXT:      memref.atomic_rmw addf %[[SUM]]

// The threads of a row of a block read the same numbers.
func.func @rows(%w: memref<4x3xf64>, %x: memref<32xf64>, %y: memref<32xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %none = arith.constant 0.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c4, %sz = %c1) {
    %row = arith.muli %ty, %c8 : index
    %i = arith.addi %row, %tx : index
    %v = memref.load %x[%i] : memref<32xf64>
    %p = scf.for %k = %c0 to %c3 step %c1 iter_args(%sum = %none) -> f64 {
      %a = memref.load %w[%ty, %k] : memref<4x3xf64>
      %av = arith.mulf %a, %v : f64
      %next = arith.addf %sum, %av : f64
      scf.yield %next : f64
    }
    memref.store %p, %y[%i] : memref<32xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @rows.vjp
// CHECK:         %[[SUM:.*]] = gpu.subgroup_reduce add %{{.*}} uniform cluster(size = 8) : (f64) -> f64
// CHECK:         %[[LANE:.*]] = arith.remui %{{.*}}, %c8
// CHECK:         arith.cmpi eq, %[[LANE]]
// CHECK:           memref.atomic_rmw addf %[[SUM]]

// The threads of a column do: every eighth lane.
func.func @columns(%w: memref<3x8xf64>, %x: memref<32xf64>, %y: memref<32xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %none = arith.constant 0.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c4, %sz = %c1) {
    %row = arith.muli %ty, %c8 : index
    %i = arith.addi %row, %tx : index
    %v = memref.load %x[%i] : memref<32xf64>
    %p = scf.for %k = %c0 to %c3 step %c1 iter_args(%sum = %none) -> f64 {
      %a = memref.load %w[%k, %tx] : memref<3x8xf64>
      %av = arith.mulf %a, %v : f64
      %next = arith.addf %sum, %av : f64
      scf.yield %next : f64
    }
    memref.store %p, %y[%i] : memref<32xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @columns.vjp
// CHECK:         %[[SUM:.*]] = gpu.subgroup_reduce add %{{.*}} uniform cluster(size = 4, stride = 8) : (f64) -> f64
// CHECK:         %[[LANE:.*]] = arith.remui %{{.*}}, %c4
// CHECK:         arith.cmpi eq, %[[LANE]]
// CHECK:           memref.atomic_rmw addf %[[SUM]]

// Not all threads come here: lanes that are not there cannot be asked.
func.func @branch(%w: memref<3xf64>, %x: memref<40xf64>, %y: memref<40xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c33 = arith.constant 33 : index
  %c40 = arith.constant 40 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c40, %sy = %c1, %sz = %c1) {
    %inside = arith.cmpi ult, %tx, %c33 : index
    scf.if %inside {
      %v = memref.load %x[%tx] : memref<40xf64>
      %a = memref.load %w[%c0] : memref<3xf64>
      %av = arith.mulf %a, %v : f64
      memref.store %av, %y[%tx] : memref<40xf64>
    }
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @branch.vjp
// CHECK-NOT:     gpu.subgroup_reduce
// CHECK:         memref.atomic_rmw addf
// CHECK-NOT:     gpu.subgroup_reduce
// CHECK:         return
