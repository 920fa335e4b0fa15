// The runtime for kernels on the host is told of a kernel by its name, which may hold any bytes.
// RUN: autodiff-opt %s --autodiff-gpu-host-pipeline | FileCheck %s
// RUN: autodiff-run %s --target gpu-host --entry main --arg rand:4:1 --activity dup --mode check
// CHECK: llvm.mlir.global internal constant @{{.*}}("\80\81{{.*}}\00")
func.func @"\80\81"(%a: memref<4xf64>) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %a[%tx] : memref<4xf64>
    %y = arith.mulf %v, %v : f64
    memref.store %y, %a[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
func.func @main(%a: memref<4xf64>) {
  func.call @"\80\81"(%a) : (memref<4xf64>) -> ()
  return
}
