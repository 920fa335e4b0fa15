// A kernel that is launched by its name, asynchronously, with a device function and memory of the workgroup.
// RUN: autodiff-run %s --entry waves --arg rand:8:1 --arg 0.4 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=waves --autodiff-differentiate | FileCheck %s
module attributes {gpu.container_module} {
  gpu.module @kernels {
    memref.global "private" @tile : memref<4xf64, #gpu.address_space<workgroup>>
    func.func private @wave(%x: f64, %a: f64) -> f64 {
      %ax = arith.mulf %a, %x : f64
      %sine = math.sin %ax : f64
      return %sine : f64
    }
    gpu.func @kernel(%x: memref<8xf64>, %a: f64, %y: memref<8xf64>)
        workgroup(%row : memref<4xf64, #gpu.address_space<workgroup>>) kernel {
      %c3 = arith.constant 3 : index
      %c8 = arith.constant 8 : index
      %thread = gpu.thread_id x
      %i = gpu.global_id x
      %inside = arith.cmpi ult, %i, %c8 : index
      %tile = memref.get_global @tile : memref<4xf64, #gpu.address_space<workgroup>>
      cf.cond_br %inside, ^store, ^wait
    ^store:
      %v = memref.load %x[%i] : memref<8xf64>
      %w = func.call @wave(%v, %a) : (f64, f64) -> f64
      memref.store %w, %row[%thread] : memref<4xf64, #gpu.address_space<workgroup>>
      memref.store %v, %tile[%thread] : memref<4xf64, #gpu.address_space<workgroup>>
      cf.br ^wait
    ^wait:
      gpu.barrier
      cf.cond_br %inside, ^write, ^end
    ^write:
      %other = arith.subi %c3, %thread : index
      %p = memref.load %row[%other] : memref<4xf64, #gpu.address_space<workgroup>>
      %q = memref.load %tile[%thread] : memref<4xf64, #gpu.address_space<workgroup>>
      %pq = arith.mulf %p, %q : f64
      memref.store %pq, %y[%i] : memref<8xf64>
      gpu.return
    ^end:
      gpu.return
    }
  }
  func.func @waves(%x: memref<8xf64>, %a: f64, %y: memref<8xf64>) {
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %start = gpu.wait async
    %token = gpu.launch_func async [%start] @kernels::@kernel blocks in (%c3, %c1, %c1) threads in (%c4, %c1, %c1)
             args(%x : memref<8xf64>, %a : f64, %y : memref<8xf64>)
    gpu.wait [%token]
    return
  }
}
// CHECK-LABEL: func.func private @waves.vjp.dup.active.dup
// CHECK-NOT:     gpu.launch_func
// CHECK:         gpu.launch blocks({{.*}} workgroup(%{{[^,]*}} : memref<4xf64, {{.*}}>, %{{[^,]*}} : memref<4xf64
// CHECK-NOT:     gpu.wait
// CHECK:         return
