// Caches of loops whose length differs by thread: bounded by what the host knows, or counted by a kernel first.
// RUN: autodiff-run %s --entry strided --arg rand:23:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry triangle --arg rand:5x7:1 --arg zeros:5 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry listed --arg rand:5x7:1 --arg rand:5:7 --arg zeros:5 --target gpu-host --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=strided --autodiff-wrap=function=triangle \
// RUN:   '--autodiff-wrap=function=listed args=dup,const,dup' --autodiff-differentiate | FileCheck %s
// CHECK-LABEL: func.func private @strided.vjp
// CHECK:         %[[LONGEST:.*]] = arith.ceildivui %{{.*}}, %c4
// CHECK:         %[[COUNT:.*]] = arith.select %{{.*}}, %[[LONGEST]], %c0
// CHECK:         autodiff.cache(%[[COUNT]], %c4) : <f64>
// CHECK-COUNT-2: gpu.launch
// CHECK-NOT:     gpu.launch
// CHECK:         return
func.func @strided(%x: memref<?xf64>, %y: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %p = scf.for %i = %tx to %n step %sx iter_args(%p = %one) -> f64 {
      %v = memref.load %x[%i] : memref<?xf64>
      %e = math.exp %v : f64
      %next = arith.mulf %p, %e : f64
      scf.yield %next : f64
    }
    memref.store %p, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// The row of a thread, up to its diagonal, twice over.
// CHECK-LABEL: func.func private @triangle.vjp
// CHECK-COUNT-2: gpu.launch
// CHECK-NOT:     gpu.launch
// CHECK:         return
func.func @triangle(%x: memref<5x7xf64>, %y: memref<5xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %end = arith.addi %tx, %c1 : index
    %p = scf.for %i = %c0 to %end step %c1 iter_args(%p = %one) -> f64 {
      %last = arith.addi %i, %c1 : index
      %q = scf.for %j = %i to %last step %c1 iter_args(%q = %p) -> f64 {
        %v = memref.load %x[%tx, %j] : memref<5x7xf64>
        %next = arith.mulf %q, %v : f64
        scf.yield %next : f64
      }
      %sine = math.sin %q : f64
      scf.yield %sine : f64
    }
    memref.store %p, %y[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @listed.vjp
// CHECK:         gpu.launch
// CHECK:           memref.atomic_rmw maxu
// CHECK:         %[[MOST:.*]] = memref.load %{{.*}}[] : memref<i64>
// CHECK:         %[[COUNT:.*]] = arith.index_cast %[[MOST]] : i64 to index
// CHECK:         autodiff.cache(%[[COUNT]], %c5) : <f64>
// CHECK-COUNT-2: gpu.launch
// CHECK-NOT:     gpu.launch
// CHECK:         return
func.func @listed(%x: memref<5x7xf64>, %length: memref<5xindex>, %y: memref<5xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %works = arith.cmpi ult, %tx, %c4 : index
    scf.if %works {
      %end = memref.load %length[%tx] : memref<5xindex>
      %p = scf.for %i = %c0 to %end step %c1 iter_args(%p = %one) -> f64 {
        %v = memref.load %x[%tx, %i] : memref<5x7xf64>
        %next = arith.mulf %p, %v : f64
        %sine = math.sin %next : f64
        scf.yield %sine : f64
      }
      memref.store %p, %y[%tx] : memref<5xf64>
    }
    gpu.terminator
  }
  return
}
