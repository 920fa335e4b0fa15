// An update whose value turns out, when it is folded, not to depend on the element before: upstream's conversions would print
// an error and go on without it.
// RUN: split-file %s %t
// RUN: autodiff-opt %t/kernel.mlir --gpu-kernel-outlining --autodiff-expand-device-atomics --canonicalize --autodiff-expand-device-atomics | FileCheck %s --check-prefix=KERNEL
// RUN: autodiff-run %t/kernel.mlir --entry cleared --arg rand:4:1 --target gpu-host | FileCheck %s --check-prefix=CLEARED
// RUN: autodiff-opt %t/host.mlir --autodiff-cpu-pipeline=openmp=true | FileCheck %s --check-prefix=HOST
// KERNEL-LABEL: gpu.func
// KERNEL:         memref.atomic_rmw assign %{{.*}} : (i32, memref<4xi32>) -> i32
// CLEARED: arg-0 memref<4xi32> [{{[0-9]+}}, 0,
// HOST: llvm.atomicrmw xchg

//--- kernel.mlir
func.func @cleared(%m: memref<4xi32>) {
  %one = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    %nought = arith.constant 0 : i32
    %old = memref.atomic_rmw muli %nought, %m[%one] : (i32, memref<4xi32>) -> i32
    gpu.terminator
  }
  return
}

//--- host.mlir
func.func @in_parallel(%m: memref<4xi32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  %nought = arith.constant 0 : i32
  scf.parallel (%i) = (%zero) to (%four) step (%one) {
    %old = memref.atomic_rmw muli %nought, %m[%one] : (i32, memref<4xi32>) -> i32
    scf.reduce
  }
  return
}
