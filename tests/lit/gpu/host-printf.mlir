// Kernels print to standard error, in the order of the threads.
// RUN: autodiff-run %s --entry print --target gpu-host 2>&1 >%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=OUT <%t
func.func @print() {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %half = arith.constant 0.5 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %two, %sy = %one, %sz = %one) {
    %integer = arith.index_cast %tx : index to i32
    %number = arith.sitofp %integer : i32 to f32
    %sum = arith.addf %number, %half : f32
    gpu.printf "100%% of thread %d of %lld: %.2f\n", %integer, %sx, %sum : i32, index, f32
    gpu.terminator
  }
  return
}
// CHECK: 100% of thread 0 of 2: 0.50
// CHECK-NEXT: 100% of thread 1 of 2: 1.50
// OUT-NOT: thread 0
