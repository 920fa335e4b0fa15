// Device memory, copies, fills and asynchronous launches of the host: everything happens in the order of the program.
// RUN: autodiff-run %s --entry async --target gpu-host --arg rand:4:1 --arg zeros:4 --arg zeros:4 --json | FileCheck %s
// RUN: autodiff-opt %s --autodiff-gpu-to-host | FileCheck %s --check-prefix=IR --implicit-check-not="gpu\."
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @add(%x: memref<?xf32, 1>, %y: memref<4xf32, 1>) kernel {
      %i = gpu.global_id x
      %u = memref.load %x[%i] : memref<?xf32, 1>
      %v = memref.load %y[%i] : memref<4xf32, 1>
      %sum = arith.addf %u, %v : f32
      memref.store %sum, %y[%i] : memref<4xf32, 1>
      gpu.return
    }
  }
  // %difference <- ((x + 2) + x) - 2 x - 2, %two <- 2
  func.func @async(%x: memref<?xf32>, %difference: memref<4xf32>, %two: memref<4xf32>) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %blocks = arith.constant 2 : i64
    %single = arith.constant 1 : i64
    %number = arith.constant 2.0 : f32
    %n = memref.dim %x, %zero : memref<?xf32>
    %unranked = memref.cast %x : memref<?xf32> to memref<*xf32>
    gpu.host_register %unranked : memref<*xf32>
    %start = gpu.wait async
    %device_x, %t0 = gpu.alloc async [%start] (%n) : memref<?xf32, 1>
    %device_y, %t1 = gpu.alloc async [%start] () : memref<4xf32, 1>
    %t2 = gpu.memcpy async [%t0] %device_x, %x : memref<?xf32, 1>, memref<?xf32>
    %t3 = gpu.memset async [%t1] %device_y, %number : memref<4xf32, 1>, f32
    gpu.memcpy %two, %device_y : memref<4xf32>, memref<4xf32, 1>
    %both = gpu.wait async [%t2, %t3]
    %upper = arith.constant 2 : index
    %last = scf.for %i = %zero to %upper step %one iter_args(%token = %both) -> (!gpu.async.token) {
      %done = gpu.launch_func async [%token] @kernels::@add blocks in (%blocks, %single, %single)
          threads in (%blocks, %single, %single) : i64 args(%device_x : memref<?xf32, 1>, %device_y : memref<4xf32, 1>)
      scf.yield %done : !gpu.async.token
    }
    %t5 = gpu.memcpy async [%last] %difference, %device_y : memref<4xf32>, memref<4xf32, 1>
    %t6 = gpu.dealloc async [%t5] %device_x : memref<?xf32, 1>
    %t7 = gpu.dealloc async [%t6] %device_y : memref<4xf32, 1>
    gpu.wait [%t7]
    gpu.host_unregister %unranked : memref<*xf32>
    scf.for %i = %zero to %n step %one {
      %sum = memref.load %difference[%i] : memref<4xf32>
      %u = memref.load %x[%i] : memref<?xf32>
      %double = arith.mulf %number, %u : f32
      %rest = arith.subf %sum, %double : f32
      %none = arith.subf %rest, %number : f32
      memref.store %none, %difference[%i] : memref<4xf32>
    }
    return
  }
}
// IR: func.func @async
// CHECK: "index":1,{{.*}}"shape":[4],"norm":[[SMALL:(0.0|[0-9.]+e-[0-9]+)]],
// CHECK-SAME: "index":2,{{.*}}"values":[2.0,2.0,2.0,2.0]
// CHECK-SAME: "kernels":{"primal":[{"name":"kernels::add","launches":2,"threads":8,"atomics":0,"loads":null,"stores":null,"flops":null,"seconds":null}],"gradient":[]}
