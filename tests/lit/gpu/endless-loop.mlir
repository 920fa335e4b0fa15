// What is behind a loop without end becomes blocks that nothing reaches, with loops in them: simplifying them ends.
// RUN: autodiff-opt %s --autodiff-nvvm-pipeline=format=isa | FileCheck %s
// RUN: sed 's/%c2 = arith.constant 2/%c2 = arith.constant 8/' %s | autodiff-opt --autodiff-wrap=function=waits \
// RUN:   --autodiff-differentiate --autodiff-rocdl-pipeline=format=isa | FileCheck %s
// RUN: autodiff-opt %s --autodiff-gpu-host-pipeline | FileCheck %s --check-prefix=HOST
// CHECK: gpu.binary
// HOST: llvm.func
func.func @waits(%a: memref<3xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c3, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    scf.for %i = %c1 to %c3 step %c1 {
      %left:2 = scf.while (%m = %c0, %n = %tx) : (index, index) -> (index, index) {
        %less = arith.cmpi slt, %m, %c2 : index
        scf.condition(%less) %m, %n : index, index
      } do {
      ^bb0(%m: index, %n: index):
        %before = arith.subi %i, %c1 : index
        scf.yield %by, %before : index, index
      }
      %v = memref.load %a[%left#1] : memref<3xf64>
      memref.store %v, %a[%i] : memref<3xf64>
    }
    scf.for %i = %c0 to %c3 step %c1 {
      %v = memref.load %a[%i] : memref<3xf64>
      %w = arith.mulf %v, %v : f64
      memref.store %w, %a[%i] : memref<3xf64>
    }
    gpu.terminator
  }
  return
}
