// Memory that a thread allocates is private memory, at the start of the kernel; copies are loops.
// RUN: autodiff-opt %s --gpu-kernel-outlining --autodiff-place-device-memory -o %t.mlir
// RUN: FileCheck %s --check-prefix=IR --input-file=%t.mlir
// RUN: autodiff-run %t.mlir --entry main --target gpu-host | FileCheck %s

// IR-LABEL: gpu.func
// IR:         %[[PRIVATE:.*]] = memref.alloca() : memref<2xf64, #gpu.address_space<private>>
// IR:         %[[BUFFER:.*]] = memref.memory_space_cast %[[PRIVATE]]
// IR-NOT:     memref.alloc
// IR:         scf.for
// IR:           memref.store %{{.*}}, %[[BUFFER]]
// IR-NOT:     memref.copy
// IR-NOT:     memref.dealloc

// Thread i copies 3, 5 and adds them i + 1 times.
// CHECK: result-0 memref<3xf64> [8, 16, 24]
func.func @main() -> memref<3xf64> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %a = arith.constant 3.0 : f64
  %b = arith.constant 5.0 : f64
  %none = arith.constant 0.0 : f64
  %x = memref.alloc() : memref<2xf64>
  %y = memref.alloc() : memref<3xf64>
  memref.store %a, %x[%zero] : memref<2xf64>
  memref.store %b, %x[%one] : memref<2xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %three, %sy = %one, %sz = %one) {
    %end = arith.addi %tx, %one : index
    %sum = scf.for %i = %zero to %end step %one iter_args(%partial = %none) -> f64 {
      %own = memref.alloc() : memref<2xf64>
      memref.copy %x, %own : memref<2xf64> to memref<2xf64>
      %u = memref.load %own[%zero] : memref<2xf64>
      %v = memref.load %own[%one] : memref<2xf64>
      %uv = arith.addf %u, %v : f64
      %next = arith.addf %partial, %uv : f64
      memref.dealloc %own : memref<2xf64>
      scf.yield %next : f64
    }
    memref.store %sum, %y[%tx] : memref<3xf64>
    gpu.terminator
  }
  return %y : memref<3xf64>
}
