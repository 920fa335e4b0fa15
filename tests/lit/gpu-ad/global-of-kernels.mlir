// Kernels of one module share its globals with each other and with their derivatives; a table of theirs is not the host's
// of the same name.
// RUN: autodiff-run %s --entry direct --arg rand:4:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry apart --arg rand:4:1 --arg zeros:4 --target gpu-host --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=direct --autodiff-differentiate | FileCheck %s
module attributes {gpu.container_module} {
  memref.global "private" constant @weights : memref<4xf64> = dense<100.0>
  gpu.module @kernels {
    memref.global "private" constant @weights : memref<4xf64> = dense<[2.0, 3.0, 5.0, 7.0]>
    memref.global "private" @between : memref<4xf64> = dense<0.0>
    func.func private @keep(%v: f64, %i: index) {
      %b = memref.get_global @between : memref<4xf64>
      memref.store %v, %b[%i] : memref<4xf64>
      return
    }
    gpu.func @weigh(%x: memref<4xf64>) kernel {
      %i = gpu.thread_id x
      %w = memref.get_global @weights : memref<4xf64>
      %v = memref.load %x[%i] : memref<4xf64>
      %k = memref.load %w[%i] : memref<4xf64>
      %kv = arith.mulf %v, %k : f64
      func.call @keep(%kv, %i) : (f64, index) -> ()
      gpu.return
    }
    gpu.func @finish(%y: memref<4xf64>) workgroup(%tile : memref<4xf64, #gpu.address_space<workgroup>>) kernel {
      %c3 = arith.constant 3 : index
      %i = gpu.thread_id x
      %b = memref.get_global @between : memref<4xf64>
      %v = memref.load %b[%i] : memref<4xf64>
      memref.store %v, %tile[%i] : memref<4xf64, #gpu.address_space<workgroup>>
      gpu.barrier
      %j = arith.subi %c3, %i : index
      %u = memref.load %tile[%j] : memref<4xf64, #gpu.address_space<workgroup>>
      %s = math.sin %u : f64
      memref.store %s, %y[%i] : memref<4xf64>
      gpu.return
    }
  }
  func.func @direct(%x: memref<4xf64>, %y: memref<4xf64>) {
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    gpu.launch_func @kernels::@weigh blocks in (%c1, %c1, %c1) threads in (%c4, %c1, %c1) args(%x : memref<4xf64>)
    gpu.launch_func @kernels::@finish blocks in (%c1, %c1, %c1) threads in (%c4, %c1, %c1) args(%y : memref<4xf64>)
    return
  }
  func.func private @begin(%x: memref<4xf64>) attributes {no_inline} {
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    gpu.launch_func @kernels::@weigh blocks in (%c1, %c1, %c1) threads in (%c4, %c1, %c1) args(%x : memref<4xf64>)
    return
  }
  func.func @apart(%x: memref<4xf64>, %y: memref<4xf64>) {
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    call @begin(%x) : (memref<4xf64>) -> ()
    gpu.launch_func @kernels::@finish blocks in (%c1, %c1, %c1) threads in (%c4, %c1, %c1) args(%y : memref<4xf64>)
    return
  }
}
// CHECK:       memref.global "private" @kernels.between
// CHECK:       memref.global "private" constant @kernels.weights {{.*}}2.000000e+00
// CHECK:       gpu.module @kernels
// CHECK:       gpu.func @finish(%{{.*}}: memref<4xf64>, %{{.*}}: memref<4xf64>) workgroup
// CHECK-LABEL: func.func private @direct.vjp
// CHECK:         memref.get_global @kernels.between
// CHECK:         memref.get_global @kernels.weights
