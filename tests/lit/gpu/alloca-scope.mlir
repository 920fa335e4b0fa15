// A scope of the stack in a kernel may hold control flow, which upstream's conversion to blocks does not take there.
// RUN: autodiff-opt %s --autodiff-nvvm-pipeline=format=isa | FileCheck %s
// RUN: autodiff-opt %s --autodiff-rocdl-pipeline=format=isa | FileCheck %s
// RUN: autodiff-run %s --target gpu-host --entry scope --arg rand:8:1 --activity dup --mode check
// CHECK: gpu.binary
func.func @scope(%a: memref<?xf64>) {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %y = memref.alloca_scope -> (f64) {
      %local = memref.alloca() : memref<2xf64>
      %v = memref.load %a[%tx] : memref<?xf64>
      memref.store %v, %local[%c0] : memref<2xf64>
      memref.store %v, %local[%c1] : memref<2xf64>
      scf.for %i = %c0 to %c8 step %c1 {
        %odd = arith.remui %i, %c8 : index
        %first = memref.load %local[%c0] : memref<2xf64>
        %second = memref.load %local[%c1] : memref<2xf64>
        %p = arith.mulf %first, %second : f64
        %is = arith.cmpi ult, %odd, %tx : index
        scf.if %is {
          memref.store %p, %local[%c0] : memref<2xf64>
        }
      }
      %r = memref.load %local[%c0] : memref<2xf64>
      memref.alloca_scope.return %r : f64
    }
    memref.store %y, %a[%tx] : memref<?xf64>
    gpu.terminator
  }
  return
}
