// A kernel with nothing behind it is one with its reverse: it runs once, and what a thread needs again it keeps.
// RUN: autodiff-run %s --entry scale --arg 0.7 --arg rand:11:1 --arg rand:11:2 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry released --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry tile --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry scale --arg 0.7 --arg rand:11:1 --arg rand:11:2 --target gpu-host --mode vjp --json \
// RUN:   | FileCheck %s --check-prefix=JSON
// RUN: autodiff-opt %s --autodiff-wrap=function=scale --autodiff-wrap=function=released --autodiff-wrap=function=tile \
// RUN:   --autodiff-wrap=function=large --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=scale 2>&1 | FileCheck %s --check-prefix=PLAN
func.func @scale(%a: f64, %x: memref<?xf64>, %y: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %blocks = arith.ceildivui %n, %c4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %v = memref.load %y[%i] : memref<?xf64>
      %p = arith.mulf %a, %v : f64
      memref.store %p, %y[%i] : memref<?xf64>
    }
    gpu.terminator
  }
  return
}
// PLAN: memref.load {{.*}}: kept by its thread
// PLAN: total: 0 bytes
// The cell of the sum over all threads is all that is allocated.
// JSON: "cache_bytes":8,
// CHECK-LABEL: func.func private @scale.vjp.active.dup.dup
// CHECK-SAME:    %{{.*}}: f64, %{{.*}}: memref<?xf64>, %{{.*}}: memref<?xf64>, %[[Y:.*]]: memref<?xf64>, %[[Y_BAR:.*]]: memref<?xf64>
// CHECK-NOT:     autodiff.cache
// CHECK:         gpu.launch
// CHECK:           %[[OWN:.*]] = memref.alloca() : memref<f64>
// CHECK:           %[[V:.*]] = memref.load %[[Y]]
// CHECK:           memref.store %[[V]], %[[OWN]][]
// CHECK:           memref.store %{{.*}}, %[[Y]]
// CHECK:           autodiff.take %[[Y_BAR]]
// CHECK:           memref.load %[[OWN]][]
// CHECK-NOT:     gpu.launch
// CHECK:         return

// The buffer that the kernel reads is released when the kernel has run.
func.func @released(%x: memref<8xf64>, %y: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %copy = memref.alloc() : memref<8xf64>
  memref.copy %x, %copy : memref<8xf64> to memref<8xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %copy[%i] : memref<8xf64>
    %w = memref.load %y[%i] : memref<8xf64>
    %p = arith.mulf %v, %w : f64
    %sine = math.sin %p : f64
    memref.store %sine, %y[%i] : memref<8xf64>
    memref.store %p, %copy[%i] : memref<8xf64>
    gpu.terminator
  }
  memref.dealloc %copy : memref<8xf64>
  return
}
// CHECK-LABEL: func.func private @released.vjp.dup.dup
// CHECK:         %[[COPY:.*]] = memref.alloc() : memref<8xf64>
// CHECK:         gpu.launch
// CHECK:           memref.load %[[COPY]]
// CHECK:           autodiff.take
// CHECK-NOT:     gpu.launch
// CHECK:         memref.dealloc %[[COPY]]
// CHECK:         return

// Memory of the workgroup stands beside its shadow.
func.func @tile(%x: memref<8xf64>, %y: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             workgroup(%row : memref<4xf64, #gpu.address_space<workgroup>>) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %square = arith.mulf %v, %v : f64
    memref.store %square, %row[%tx] : memref<4xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %other = arith.subi %c3, %tx : index
    %w = memref.load %row[%other] : memref<4xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %p = arith.mulf %v, %w : f64
    memref.store %p, %row[%tx] : memref<4xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %u = memref.load %row[%other] : memref<4xf64, #gpu.address_space<workgroup>>
    %uw = arith.mulf %u, %w : f64
    memref.store %uw, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @tile.vjp.dup.dup
// CHECK-NOT:     autodiff.cache
// CHECK:         gpu.launch {{.*}} workgroup(%[[SHADOW:[^ ]*]] : memref<4xf64, {{.*}}, %[[ROW:[^ ]*]] : memref<4xf64
// CHECK:           memref.store %{{.*}}, %[[SHADOW]]
// CHECK:           gpu.barrier
// CHECK:           memref.store %{{.*}}, %[[ROW]]
// CHECK:           autodiff.accumulate %{{.*}}, %[[SHADOW]]
// CHECK-NOT:     gpu.launch
// CHECK:         return

// A block has no room for 28 KiB and their shadow: two launches, and a cache.
func.func @large(%x: memref<8xf64>, %y: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1)
             workgroup(%row : memref<3584xf64, #gpu.address_space<workgroup>>) {
    %v = memref.load %x[%tx] : memref<8xf64>
    memref.store %v, %row[%tx] : memref<3584xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %other = arith.subi %c7, %tx : index
    %w = memref.load %row[%other] : memref<3584xf64, #gpu.address_space<workgroup>>
    %vw = arith.mulf %v, %w : f64
    memref.store %vw, %y[%tx] : memref<8xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @large.vjp.dup.dup
// CHECK:         autodiff.cache
// CHECK-COUNT-2: gpu.launch
// CHECK:         return
