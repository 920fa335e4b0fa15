// A kernel without barriers runs on the host, thread after thread; threads beyond the end do nothing.
// RUN: autodiff-opt %s --gpu-kernel-outlining --autodiff-gpu-to-host | FileCheck %s --check-prefix=IR
// RUN: autodiff-run %s --entry saxpy --target gpu-host --arg 10 | FileCheck %s
func.func @saxpy(%a: f32) -> memref<5xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %threads = arith.constant 4 : index
  %n = arith.constant 5 : index
  %x = memref.alloc() : memref<5xf32>
  %y = memref.alloc() : memref<5xf32>
  scf.for %i = %zero to %n step %one {
    %number = arith.index_cast %i : index to i32
    %value = arith.sitofp %number : i32 to f32
    memref.store %value, %x[%i] : memref<5xf32>
    memref.store %value, %y[%i] : memref<5xf32>
  }
  %blocks = arith.ceildivui %n, %threads : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %threads, %sy = %one, %sz = %one) {
    %start = arith.muli %bx, %sx : index
    %i = arith.addi %start, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %u = memref.load %x[%i] : memref<5xf32>
      %v = memref.load %y[%i] : memref<5xf32>
      %p = arith.mulf %a, %u : f32
      %s = arith.addf %p, %v : f32
      memref.store %s, %y[%i] : memref<5xf32>
    }
    gpu.terminator
  }
  memref.dealloc %x : memref<5xf32>
  return %y : memref<5xf32>
}
// IR-LABEL: func.func @saxpy
// IR:         %[[KERNEL:.*]] = llvm.mlir.addressof @saxpy_kernel.saxpy_kernel.thunk
// IR:         call @autodiff_gpu_launch(%[[KERNEL]],
// IR-NOT:   gpu.
// IR:       func.func private @saxpy_kernel.saxpy_kernel(%{{.*}}: !llvm.ptr,
// CHECK: result-0 {{.*}} [0, 11, 22, 33, 44]
// CHECK: kernel {{.*}} 'saxpy_kernel': launches 1, threads 8, atomic updates 0
