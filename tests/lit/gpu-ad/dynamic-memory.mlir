// Two buffers in memory that the launch asks for: their shadows stand in memory of the same size in the reverse launch.
// RUN: autodiff-run %s --entry swap --arg rand:5:1 --arg rand:5:2 --arg zeros:5 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s '--autodiff-wrap=function=swap mode=jvp' --autodiff-differentiate | FileCheck %s --check-prefix=JVP
// RUN: autodiff-opt %s --autodiff-wrap=function=swap --autodiff-differentiate | FileCheck %s --check-prefix=VJP
!bytes = memref<?xi8, #gpu.address_space<workgroup>>
!tile = memref<5xf64, #gpu.address_space<workgroup>>
func.func @swap(%x: memref<5xf64>, %y: memref<5xf64>, %z: memref<5xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c40 = arith.constant 40 : index
  %size = arith.constant 80 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1)
             dynamic_shared_memory_size %size {
    %all = gpu.dynamic_shared_memory : !bytes
    %one = memref.view %all[%c0][] : !bytes to !tile
    %again = gpu.dynamic_shared_memory : !bytes
    %two = memref.view %again[%c40][] : !bytes to !tile
    %a = memref.load %x[%tx] : memref<5xf64>
    %b = memref.load %y[%tx] : memref<5xf64>
    memref.store %a, %one[%tx] : !tile
    memref.store %b, %two[%tx] : !tile
    gpu.barrier
    %other = arith.subi %c4, %tx : index
    %c = memref.load %one[%other] : !tile
    %d = memref.load %two[%other] : !tile
    %cc = arith.mulf %c, %c : f64
    %p = arith.mulf %cc, %d : f64
    memref.store %p, %z[%tx] : memref<5xf64>
    gpu.terminator
  }
  return
}
// JVP-LABEL: func.func private @swap.jvp
// JVP:         %[[BYTES:.*]] = arith.constant 160 : i32
// JVP:         gpu.launch {{.*}} dynamic_shared_memory_size %[[BYTES]]
// VJP-LABEL: func.func private @swap.vjp
// VJP:         %[[BYTES:.*]] = arith.constant 80 : i32
// VJP:         gpu.launch {{.*}} dynamic_shared_memory_size %[[BYTES]]
// VJP:         gpu.launch {{.*}} dynamic_shared_memory_size %[[BYTES]]
// VJP:           %[[ALL:.*]] = gpu.dynamic_shared_memory
// VJP:           memref.store %{{.*}}, %[[ALL]][%{{.*}}] : memref<?xi8
// VJP:           gpu.barrier
