// Threads that may add complex numbers to one place add the parts atomically, by their addresses.
// RUN: autodiff-run %s --entry neighbours --arg rand:5:1 --arg zeros:5 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=neighbours --autodiff-differentiate --autodiff-lower | FileCheck %s
func.func @neighbours(%x: memref<?xcomplex<f64>>, %y: memref<?xcomplex<f64>>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %x, %c0 : memref<?xcomplex<f64>>
  %blocks = arith.ceildivui %n, %c2 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c2, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %after = arith.addi %i, %c1 : index
      %next = arith.remui %after, %n : index
      %a = memref.load %x[%i] : memref<?xcomplex<f64>>
      %b = memref.load %x[%next] : memref<?xcomplex<f64>>
      %ab = complex.mul %a, %b : complex<f64>
      memref.store %ab, %y[%i] : memref<?xcomplex<f64>>
    }
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @neighbours.vjp.dup.dup
// CHECK:         gpu.launch
// CHECK:           memref.extract_aligned_pointer_as_index
// CHECK:           %[[RE:.*]] = complex.re
// CHECK:           llvm.atomicrmw fadd %{{.*}}, %[[RE]] monotonic
// CHECK:           %[[IM:.*]] = complex.im
// CHECK:           llvm.atomicrmw fadd %{{.*}}, %[[IM]] monotonic
