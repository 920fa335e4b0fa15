// The value of another lane: the way back of a shuffle by one offset is a shuffle, otherwise lanes ask all others.
// RUN: autodiff-run %s --entry exchange --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry prefix_sum --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry down --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry broadcast --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry gather --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry uneven --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry rotated --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry from_lane --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry from_first --arg rand:2x32:1 --arg zeros:2x32 --target gpu-host \
// RUN:   --mode check --check-races
func.func @exchange(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %offset = arith.constant 5 : i32
    %width = arith.constant 32 : i32
    %r, %valid = gpu.shuffle xor %v, %offset, %width : f64
    %e = math.exp %r : f64
    %p = arith.mulf %e, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @prefix_sum(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %zero = arith.constant 0 : index
    %five = arith.constant 5 : index
    %one = arith.constant 1 : i32
    %width = arith.constant 32 : i32
    %p = scf.for %step = %zero to %five step %c1 iter_args(%sum = %v) -> f64 {
      %shift = arith.index_cast %step : index to i32
      %offset = arith.shli %one, %shift : i32
      %r, %valid = gpu.shuffle up %sum, %offset, %width : f64
      %more = arith.addf %sum, %r : f64
      %next = arith.select %valid, %more, %sum : f64
      %squared = arith.mulf %next, %v : f64
      scf.yield %squared : f64
    }
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @down(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %none = arith.constant 0.0 : f64
    %offset = arith.constant 3 : i32
    %width = arith.constant 16 : i32
    %lane = gpu.lane_id
    %c16 = arith.constant 16 : index
    %first_half = arith.cmpi ult, %lane, %c16 : index
    %p = scf.if %first_half -> f64 {
      %r, %valid = gpu.shuffle down %v, %offset, %width : f64
      %rv = arith.mulf %r, %v : f64
      %known = arith.select %valid, %rv, %none : f64
      scf.yield %known : f64
    } else {
      scf.yield %v : f64
    }
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @broadcast(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %lane = arith.constant 7 : i32
    %width = arith.constant 32 : i32
    %r, %valid = gpu.shuffle idx %v, %lane, %width : f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @gather(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %three = arith.constant 3 : i32
    %mask = arith.constant 31 : i32
    %width = arith.constant 32 : i32
    %lane = arith.index_cast %tx : index to i32
    %squared = arith.muli %lane, %lane : i32
    %scaled = arith.addi %squared, %three : i32
    %source = arith.andi %scaled, %mask : i32
    %r, %valid = gpu.shuffle idx %v, %source, %width : f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @uneven(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %one = arith.constant 1 : i32
    %none = arith.constant 0.0 : f64
    %width = arith.constant 32 : i32
    %lane = arith.index_cast %tx : index to i32
    %offset = arith.andi %lane, %one : i32
    %r, %valid = gpu.shuffle up %v, %offset, %width : f64
    %rv = arith.mulf %r, %v : f64
    %p = arith.select %valid, %rv, %none : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @rotated(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %r, %valid = gpu.rotate %v, 3, 16 : f64
    %c16 = arith.constant 16 : index
    %lane = gpu.lane_id
    %first_half = arith.cmpi ult, %lane, %c16 : index
    %rv = arith.mulf %r, %v : f64
    %p = arith.select %first_half, %rv, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @from_lane(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %lane = arith.constant 9 : i32
    %e = math.exp %v : f64
    %r = gpu.subgroup_broadcast %e, specific_lane %lane : f64
    %p = arith.mulf %r, %v : f64
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
func.func @from_first(%x: memref<2x32xf64>, %y: memref<2x32xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%bx, %tx] : memref<2x32xf64>
    %c4 = arith.constant 4 : index
    %late = arith.cmpi uge, %tx, %c4 : index
    %p = scf.if %late -> f64 {
      %r = gpu.subgroup_broadcast %v, first_active_lane : f64
      %rv = arith.mulf %r, %v : f64
      scf.yield %rv : f64
    } else {
      scf.yield %v : f64
    }
    memref.store %p, %y[%bx, %tx] : memref<2x32xf64>
    gpu.terminator
  }
  return
}
