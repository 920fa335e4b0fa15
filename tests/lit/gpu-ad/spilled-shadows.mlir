// Shadows that do not fit beside 28 KiB of memory of the workgroup stand in global memory, a piece for each block.
// RUN: autodiff-run %s --entry mirror --arg rand:16:1 --arg zeros:16 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry both --arg rand:16:1 --arg rand:16:2 --arg rand:16:3 --arg zeros:16 --arg zeros:16 \
// RUN:   --arg zeros:16 --arg zeros:16 --target gpu-host --check-races | FileCheck %s --check-prefix=BOTH
// RUN: autodiff-opt %s '--autodiff-wrap=function=mirror mode=jvp' --autodiff-differentiate | FileCheck %s
!tile = memref<64x56xf64, #gpu.address_space<workgroup>>
func.func @mirror(%x: memref<16xf64>, %y: memref<16xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) workgroup(%tile : !tile) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<16xf64>
    memref.store %v, %tile[%tx, %c7] : !tile
    gpu.barrier
    %other = arith.subi %c7, %tx : index
    %w = memref.load %tile[%other, %c7] : !tile
    %vw = arith.mulf %v, %w : f64
    %sine = math.sin %vw : f64
    memref.store %sine, %y[%i] : memref<16xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @mirror.jvp.dup.dup
// CHECK:         %[[ALL:.*]] = memref.alloc() : memref<1x1x2x64x56xf64>
// CHECK:         gpu.launch blocks(%[[X:[^,]*]],{{.*}} workgroup(%{{[^,]*}} : memref<64x56xf64, #gpu.address_space<workgroup>>)
// CHECK:           %[[OWN:.*]] = memref.subview %[[ALL]][0, 0, %[[X]], 0, 0]
// CHECK:           memref.store %{{.*}}, %[[OWN]]
// CHECK:         memref.dealloc %[[ALL]]

// Two directions at once, and one after the other.
func.func @both(%x: memref<16xf64>, %s: memref<16xf64>, %t: memref<16xf64>, %a: memref<16xf64>, %b: memref<16xf64>,
                %c: memref<16xf64>, %d: memref<16xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %none = arith.constant 0.0 : f64
  %y = memref.alloc() : memref<16xf64>
  %s_again = memref.alloc() : memref<16xf64>
  %t_again = memref.alloc() : memref<16xf64>
  memref.copy %s, %s_again : memref<16xf64> to memref<16xf64>
  memref.copy %t, %t_again : memref<16xf64> to memref<16xf64>
  autodiff.vjp @mirror(%x, %a, %b, %y, %s, %t) args [dup, dup] results [] width 2
    : (memref<16xf64>, memref<16xf64>, memref<16xf64>, memref<16xf64>, memref<16xf64>, memref<16xf64>) -> ()
  autodiff.vjp @mirror(%x, %c, %y, %s_again) args [dup, dup] results []
    : (memref<16xf64>, memref<16xf64>, memref<16xf64>, memref<16xf64>) -> ()
  autodiff.vjp @mirror(%x, %d, %y, %t_again) args [dup, dup] results []
    : (memref<16xf64>, memref<16xf64>, memref<16xf64>, memref<16xf64>) -> ()
  %difference = scf.for %i = %c0 to %c16 step %c1 iter_args(%sum = %none) -> f64 {
    %p = memref.load %a[%i] : memref<16xf64>
    %q = memref.load %c[%i] : memref<16xf64>
    %u = memref.load %b[%i] : memref<16xf64>
    %v = memref.load %d[%i] : memref<16xf64>
    %pq = arith.subf %p, %q : f64
    %uv = arith.subf %u, %v : f64
    %pq_abs = math.absf %pq : f64
    %uv_abs = math.absf %uv : f64
    %more = arith.addf %sum, %pq_abs : f64
    %next = arith.addf %more, %uv_abs : f64
    scf.yield %next : f64
  }
  memref.dealloc %y : memref<16xf64>
  memref.dealloc %s_again : memref<16xf64>
  memref.dealloc %t_again : memref<16xf64>
  return %difference : f64
}
// BOTH: result-0 f64 {{[0-9.]+e-[0-9]+|0$}}
// BOTH: arg-3 {{.*}} norm {{[1-9.]}}
