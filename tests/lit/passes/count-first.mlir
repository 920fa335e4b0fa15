// The iterations of a while loop in a kernel are counted first: in front of the launch where all threads count alike.
// RUN: autodiff-run %s --entry halve --arg rand:8:1 --arg 8 --target gpu-host --mode check
// RUN: autodiff-run %s --entry search --arg rand:4:1 --arg rand:4x8:5 --target gpu-host --mode check
// RUN: autodiff-run %s --entry newton --arg rand:4:1 --arg zeros:4 --target gpu-host --mode check
// RUN: autodiff-opt %s --autodiff-count-first | FileCheck %s
// CHECK-LABEL: func.func @halve
// CHECK:         %[[COUNT:.*]]:2 = scf.while (%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) : (index, index) -> (index, index)
// CHECK:         gpu.launch
// CHECK:           %[[TRIPS:.*]] = arith.addi %[[COUNT]]#1
// CHECK:           scf.for %{{.*}} = %{{.*}} to %[[TRIPS]]
// CHECK-NOT:     scf.while
func.func @halve(%x: memref<8xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %start = arith.divui %n, %c2 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %left = scf.while (%stride = %start) : (index) -> index {
      %adds = arith.cmpi ult, %tx, %stride : index
      scf.if %adds {
        %other = arith.addi %tx, %stride : index
        %a = memref.load %x[%tx] : memref<8xf64>
        %b = memref.load %x[%other] : memref<8xf64>
        %ab = arith.mulf %a, %b : f64
        memref.store %ab, %x[%tx] : memref<8xf64>
      }
      gpu.barrier
      %half = arith.divui %stride, %c2 : index
      %goes_on = arith.cmpi ugt, %half, %c0 : index
      scf.condition(%goes_on) %half : index
    } do {
    ^bb0(%stride: index):
      scf.yield %stride : index
    }
    gpu.terminator
  }
  return
}
// Each thread walks along its own list: what it reads is not written by the kernel, and the test comes first.
// CHECK-LABEL: func.func @search
// CHECK:         gpu.launch
// CHECK:           %[[COUNT:.*]]:2 = scf.while (%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) : (index, index) -> (index, index)
// CHECK:             memref.load %{{.*}} : memref<4x8xi32>
// CHECK:           scf.for %{{.*}} = %{{.*}} to %[[COUNT]]#1
// CHECK:             memref.store
// CHECK-NOT:       scf.while
// CHECK:           memref.load %{{.*}} : memref<4x8xi32>
func.func @search(%x: memref<4xf64>, %list: memref<4x8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c7 = arith.constant 7 : index
  %five = arith.constant 5 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %end = scf.while (%i = %c0) : (index) -> index {
      %bounded = arith.minui %i, %c7 : index
      %number = memref.load %list[%tx, %bounded] : memref<4x8xi32>
      %small = arith.cmpi ult, %number, %five : i32
      %inside = arith.cmpi ult, %i, %c7 : index
      %goes_on = arith.andi %small, %inside : i1
      scf.condition(%goes_on) %i : index
    } do {
    ^bb0(%i: index):
      %v = memref.load %x[%tx] : memref<4xf64>
      %sine = math.sin %v : f64
      memref.store %sine, %x[%tx] : memref<4xf64>
      %next = arith.addi %i, %c1 : index
      scf.yield %next : index
    }
    gpu.terminator
  }
  return
}
// The condition may depend on what is differentiated.
// CHECK-LABEL: func.func @newton
// CHECK:         gpu.launch
// CHECK:           %[[COUNT:.*]]:2 = scf.while
// CHECK:           scf.for
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
