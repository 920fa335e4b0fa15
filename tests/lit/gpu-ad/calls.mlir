// Functions that a kernel calls are inlined wherever the call stands, and the memory that they name is the kernel's.
// RUN: autodiff-run %s --entry rows --arg rand:3x4:1 --arg zeros:3x4 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=rows --autodiff-differentiate | FileCheck %s
module attributes {gpu.container_module} {
  gpu.module @kernels {
    memref.global "private" @row : memref<4xf64, #gpu.address_space<workgroup>>
    // What the thread at the other end of the row has stored.
    func.func private @mirror() -> f64 {
      %row = memref.get_global @row : memref<4xf64, #gpu.address_space<workgroup>>
      %tx = gpu.thread_id x
      %size = gpu.block_dim x
      %one = arith.constant 1 : index
      %last = arith.subi %size, %one : index
      %other = arith.subi %last, %tx : index
      %result = memref.load %row[%other] : memref<4xf64, #gpu.address_space<workgroup>>
      %sine = math.sin %result : f64
      return %sine : f64
    }
    func.func private @share(%v: f64) {
      %row = memref.get_global @row : memref<4xf64, #gpu.address_space<workgroup>>
      %tx = gpu.thread_id x
      memref.store %v, %row[%tx] : memref<4xf64, #gpu.address_space<workgroup>>
      gpu.barrier
      return
    }
    gpu.func @kernel(%x: memref<3x4xf64>, %y: memref<3x4xf64>) kernel {
      %bx = gpu.block_id x
      %tx = gpu.thread_id x
      %c2 = arith.constant 2 : index
      %v = memref.load %x[%bx, %tx] : memref<3x4xf64>
      func.call @share(%v) : (f64) -> ()
      %left = arith.cmpi ult, %tx, %c2 : index
      %a = scf.if %left -> f64 {
        %m = func.call @mirror() : () -> f64
        scf.yield %m : f64
      } else {
        scf.yield %v : f64
      }
      %row = memref.get_global @row : memref<4xf64, #gpu.address_space<workgroup>>
      %b = memref.load %row[%c2] : memref<4xf64, #gpu.address_space<workgroup>>
      %ab = arith.mulf %a, %b : f64
      memref.store %ab, %y[%bx, %tx] : memref<3x4xf64>
      gpu.return
    }
  }
  func.func @rows(%x: memref<3x4xf64>, %y: memref<3x4xf64>) {
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    gpu.launch_func @kernels::@kernel blocks in (%c3, %c1, %c1) threads in (%c4, %c1, %c1)
             args(%x : memref<3x4xf64>, %y : memref<3x4xf64>)
    return
  }
}
// CHECK-LABEL: func.func private @rows.vjp.dup.dup
// CHECK-NOT:     call
// CHECK-NOT:     memref.get_global
// One buffer of the workgroup and its shadow.
// CHECK:         gpu.launch {{.*}} workgroup(%{{[a-z0-9]+}} : memref<4xf64, {{[^,]*}}>, %{{[a-z0-9]+}} : memref<4xf64, {{[^,]*}}>) {
// CHECK-NOT:     memref.get_global
// CHECK-NOT:     call
// CHECK:         return
