// The iterations of a while loop in a kernel are counted in front of the launch, if all threads count alike.
// RUN: autodiff-run %s --entry halve --arg rand:8:1 --arg 8 --target gpu-host --mode check
// RUN: autodiff-run %s --entry search --arg rand:4:1 --arg rand:4x8:5 --target gpu-host --mode check
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
// Each thread walks along its own list.
// CHECK-LABEL: func.func @search
// CHECK:         gpu.launch
// CHECK:           scf.while (%{{.*}} = %{{.*}}) : (index) -> index
// CHECK-NOT:       scf.for
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
