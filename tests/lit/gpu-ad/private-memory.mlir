// Memory of a thread, an attribution and an alloca, has a shadow of the thread's own on the stack.
// RUN: autodiff-run %s --entry powers --arg rand:3:1 --arg zeros:3 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=powers --autodiff-differentiate | FileCheck %s
!own = memref<3xf64, #gpu.address_space<private>>
func.func @powers(%x: memref<3xf64>, %y: memref<3xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c3, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1)
             private(%powers : !own) {
    %buffer = memref.alloca() : memref<3xf64>
    %v = memref.load %x[%bx] : memref<3xf64>
    memref.store %v, %powers[%c0] : !own
    scf.for %i = %c1 to %c3 step %c1 {
      %before = arith.subi %i, %c1 : index
      %last = memref.load %powers[%before] : !own
      %next = arith.mulf %last, %v : f64
      memref.store %next, %powers[%i] : !own
    }
    scf.for %i = %c0 to %c3 step %c1 {
      %power = memref.load %powers[%i] : !own
      %mirrored = arith.subi %c2, %i : index
      memref.store %power, %buffer[%mirrored] : memref<3xf64>
    }
    // By an index of the thread, so that the buffer stays a buffer.
    %p = memref.load %buffer[%bx] : memref<3xf64>
    memref.store %p, %y[%bx] : memref<3xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @powers.vjp.dup.dup
// CHECK:         gpu.launch {{.*}} private(%[[SHADOW:[^ ]*]] : memref<3xf64, #gpu.address_space<private>>, %{{.*}} : memref<3xf64
// CHECK-COUNT-2:   memref.alloca() : memref<3xf64>
// CHECK:           autodiff.accumulate %{{.*}}, %[[SHADOW]]
