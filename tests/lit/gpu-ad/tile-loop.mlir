// A loop that fills memory of the workgroup anew is run again, iteration by iteration; what it reads is not cached.
// RUN: autodiff-run %s --entry product --arg rand:7x9:1 --arg rand:9x6:2 --arg zeros:7x6 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-run %s --entry start --arg rand:12:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry partial --arg rand:12:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry once --arg rand:4:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry overlap --arg rand:12:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=product --autodiff-wrap=function=start \
// RUN:   --autodiff-wrap=function=partial --autodiff-wrap=function=once --autodiff-wrap=function=overlap \
// RUN:   --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=product -o %t | FileCheck %s --check-prefix=PLAN
!tile = memref<4x4xf64, #gpu.address_space<workgroup>>
!row = memref<4xf64, #gpu.address_space<workgroup>>

// A matrix product by tiles.
func.func @product(%a: memref<?x?xf64> {llvm.noalias}, %b: memref<?x?xf64> {llvm.noalias},
                   %c: memref<?x?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %none = arith.constant 0.0 : f64
  %m = memref.dim %a, %c0 : memref<?x?xf64>
  %k = memref.dim %a, %c1 : memref<?x?xf64>
  %n = memref.dim %b, %c1 : memref<?x?xf64>
  %rows = arith.ceildivui %m, %c4 : index
  %columns = arith.ceildivui %n, %c4 : index
  %tiles = arith.ceildivui %k, %c4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %columns, %gy = %rows, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c4, %sz = %c1) workgroup(%a_tile : !tile, %b_tile : !tile) {
    %first_row = arith.muli %by, %c4 : index
    %i = arith.addi %first_row, %ty : index
    %first_column = arith.muli %bx, %c4 : index
    %j = arith.addi %first_column, %tx : index
    %i_inside = arith.cmpi ult, %i, %m : index
    %j_inside = arith.cmpi ult, %j, %n : index
    %product = scf.for %t = %c0 to %tiles step %c1 iter_args(%sum = %none) -> f64 {
      %offset = arith.muli %t, %c4 : index
      %a_column = arith.addi %offset, %tx : index
      %a_column_inside = arith.cmpi ult, %a_column, %k : index
      %a_inside = arith.andi %i_inside, %a_column_inside : i1
      %a_value = scf.if %a_inside -> f64 {
        %value = memref.load %a[%i, %a_column] : memref<?x?xf64>
        %sine = math.sin %value : f64
        scf.yield %sine : f64
      } else {
        scf.yield %none : f64
      }
      memref.store %a_value, %a_tile[%ty, %tx] : !tile
      %b_row = arith.addi %offset, %ty : index
      %b_row_inside = arith.cmpi ult, %b_row, %k : index
      %b_inside = arith.andi %b_row_inside, %j_inside : i1
      %b_value = scf.if %b_inside -> f64 {
        %value = memref.load %b[%b_row, %j] : memref<?x?xf64>
        scf.yield %value : f64
      } else {
        scf.yield %none : f64
      }
      memref.store %b_value, %b_tile[%tx, %ty] : !tile
      gpu.barrier
      %more = scf.for %p = %c0 to %c4 step %c1 iter_args(%partial = %sum) -> f64 {
        %u = memref.load %a_tile[%ty, %p] : !tile
        %v = memref.load %b_tile[%tx, %p] : !tile
        %uv = arith.mulf %u, %v : f64
        %next = arith.addf %partial, %uv : f64
        scf.yield %next : f64
      }
      gpu.barrier
      scf.yield %more : f64
    }
    %inside = arith.andi %i_inside, %j_inside : i1
    scf.if %inside {
      memref.store %product, %c[%i, %j] : memref<?x?xf64>
    }
    gpu.terminator
  }
  return
}
// PLAN: rerun: the iterations of scf.for
// PLAN: total: 0 bytes
// CHECK-LABEL: func.func private @product.vjp
// CHECK-NOT:     autodiff.cache
// CHECK:         gpu.launch {{.*}} workgroup(%{{[^ ]*}} : {{[^%]*}}, %{{[^ ]*}} : {{[^%]*}}, %[[A:[^ ]*]] : {{[^%]*}}, %[[B:[^ ]*]] :
// CHECK:           memref.store %{{.*}}, %[[A]]
// CHECK:           memref.store %{{.*}}, %[[B]]
// CHECK:           memref.store %{{.*}}, %[[A]]
// CHECK:           memref.store %{{.*}}, %[[B]]
// CHECK-NOT:     gpu.launch
// CHECK:         return

// The barrier stands at the start of an iteration; what is carried is saved for all of them.
func.func @start(%x: memref<12xf64> {llvm.noalias}, %y: memref<4xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) workgroup(%row : !row) {
    %product = scf.for %t = %c0 to %c3 step %c1 iter_args(%factor = %one) -> f64 {
      %offset = arith.muli %t, %c4 : index
      %i = arith.addi %offset, %tx : index
      %value = memref.load %x[%i] : memref<12xf64>
      gpu.barrier
      memref.store %value, %row[%tx] : !row
      gpu.barrier
      %more = scf.for %p = %c0 to %c4 step %c1 iter_args(%partial = %factor) -> f64 {
        %u = memref.load %row[%p] : !row
        %square = arith.mulf %u, %u : f64
        %near = arith.addf %square, %one : f64
        %next = arith.mulf %partial, %near : f64
        scf.yield %next : f64
      }
      scf.yield %more : f64
    }
    memref.store %product, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @start.vjp
// CHECK:         gpu.launch {{.*}} workgroup(%{{[^ ]*}} : {{[^%]*}}, %[[ROW:[^ ]*]] :
// CHECK-COUNT-2: memref.store %{{.*}}, %[[ROW]]
// CHECK-NOT:     gpu.launch
// CHECK:         return

// An element is stored in front of the loop: the iterations do not fill all of the memory.
func.func @partial(%x: memref<12xf64> {llvm.noalias}, %y: memref<4xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) workgroup(%row : memref<5xf64, #gpu.address_space<workgroup>>) {
    %c8 = arith.constant 8 : index
    %leads = arith.cmpi eq, %tx, %c0 : index
    scf.if %leads {
      %last = memref.load %x[%c8] : memref<12xf64>
      memref.store %last, %row[%c4] : memref<5xf64, #gpu.address_space<workgroup>>
    }
    %product = scf.for %t = %c0 to %c3 step %c1 iter_args(%factor = %one) -> f64 {
      %offset = arith.muli %t, %c4 : index
      %i = arith.addi %offset, %tx : index
      %value = memref.load %x[%i] : memref<12xf64>
      memref.store %value, %row[%tx] : memref<5xf64, #gpu.address_space<workgroup>>
      gpu.barrier
      %more = scf.for %p = %c0 to %c5 step %c1 iter_args(%partial = %factor) -> f64 {
        %u = memref.load %row[%p] : memref<5xf64, #gpu.address_space<workgroup>>
        %square = arith.mulf %u, %u : f64
        %near = arith.addf %square, %one : f64
        %next = arith.mulf %partial, %near : f64
        scf.yield %next : f64
      }
      gpu.barrier
      scf.yield %more : f64
    }
    memref.store %product, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @partial.vjp
// CHECK:         autodiff.cache
// CHECK:         return

// One iteration without a barrier behind what it reads: run again, it could write too early.
func.func @once(%x: memref<?xf64> {llvm.noalias}, %y: memref<4xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  %trips = arith.ceildivui %n, %c4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) workgroup(%row : !row) {
    %product = scf.for %t = %c0 to %trips step %c1 iter_args(%factor = %one) -> f64 {
      %offset = arith.muli %t, %c4 : index
      %i = arith.addi %offset, %tx : index
      %value = memref.load %x[%i] : memref<?xf64>
      memref.store %value, %row[%tx] : !row
      gpu.barrier
      %more = scf.for %p = %c0 to %c4 step %c1 iter_args(%partial = %factor) -> f64 {
        %u = memref.load %row[%p] : !row
        %square = arith.mulf %u, %u : f64
        %near = arith.addf %square, %one : f64
        %next = arith.mulf %partial, %near : f64
        scf.yield %next : f64
      }
      scf.yield %more : f64
    }
    memref.store %product, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @once.vjp
// CHECK:         autodiff.cache
// CHECK:         return

// The memory is used for something else in the same iteration: what was there before is cached.
func.func @overlap(%x: memref<12xf64> {llvm.noalias}, %y: memref<4xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) workgroup(%row : !row) {
    %product = scf.for %t = %c0 to %c3 step %c1 iter_args(%factor = %one) -> f64 {
      %offset = arith.muli %t, %c4 : index
      %i = arith.addi %offset, %tx : index
      %value = memref.load %x[%i] : memref<12xf64>
      memref.store %value, %row[%tx] : !row
      gpu.barrier
      %more = scf.for %p = %c0 to %c4 step %c1 iter_args(%partial = %factor) -> f64 {
        %u = memref.load %row[%p] : !row
        %square = arith.mulf %u, %u : f64
        %near = arith.addf %square, %one : f64
        %next = arith.mulf %partial, %near : f64
        scf.yield %next : f64
      }
      gpu.barrier
      memref.store %more, %row[%tx] : !row
      gpu.barrier
      %again = memref.load %row[%c3] : !row
      %scaled = arith.mulf %more, %again : f64
      gpu.barrier
      scf.yield %scaled : f64
    }
    memref.store %product, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @overlap.vjp
// CHECK:         autodiff.cache
// CHECK:         return
