// Reductions over the block and over subgroups, by name and by a body, with clusters, and in diverged code.
// RUN: autodiff-run %s --entry reduce --target gpu-host --subgroup-size 4 | FileCheck %s
func.func @reduce() -> (memref<6xf32>, memref<6xi32>, memref<6xf32>, memref<6xf64>, memref<6xi32>, memref<6xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %six = arith.constant 6 : index
  %a = memref.alloc() : memref<6xf32>
  %b = memref.alloc() : memref<6xi32>
  %c = memref.alloc() : memref<6xf32>
  %d = memref.alloc() : memref<6xf64>
  %e = memref.alloc() : memref<6xi32>
  %f = memref.alloc() : memref<6xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %six, %sy = %one, %sz = %one) {
    %next = arith.addi %tx, %one : index
    %integer = arith.index_cast %next : index to i32
    %number = arith.sitofp %integer : i32 to f32
    %wide = arith.extf %number : f32 to f64
    // 1 + 2 + ... + 6, by its name.
    %sum = gpu.all_reduce add %number uniform {} : (f32) -> (f32)
    memref.store %sum, %a[%tx] : memref<6xf32>
    %least = gpu.all_reduce minsi %integer {} : (i32) -> (i32)
    %most = gpu.all_reduce maxui %integer {} : (i32) -> (i32)
    %range = arith.subi %most, %least : i32
    memref.store %range, %b[%tx] : memref<6xi32>
    // 6!, by a body.
    %product = gpu.all_reduce %number {
    ^body(%x : f32, %y : f32):
      %xy = arith.mulf %x, %y : f32
      gpu.yield %xy : f32
    } : (f32) -> (f32)
    memref.store %product, %c[%tx] : memref<6xf32>
    // Subgroups of four lanes: 1 + 2 + 3 + 4, and 5 + 6.
    %own = gpu.subgroup_reduce add %wide uniform : (f64) -> f64
    memref.store %own, %d[%tx] : memref<6xf64>
    // Every other lane of a subgroup: 1 | 3, 2 | 4, and those that are there of 5 and 6.
    %bits = gpu.subgroup_reduce or %integer cluster(size = 2, stride = 2) : (i32) -> i32
    memref.store %bits, %e[%tx] : memref<6xi32>
    // Of lanes that are there: odd threads only, 2 + 4, and 6.
    %rest = arith.remui %tx, %two : index
    %odd = arith.cmpi eq, %rest, %one : index
    scf.if %odd {
      %there = gpu.subgroup_reduce add %number : (f32) -> f32
      memref.store %there, %f[%tx] : memref<6xf32>
    } else {
      %first = gpu.subgroup_broadcast %number, first_active_lane : f32
      memref.store %first, %f[%tx] : memref<6xf32>
    }
    gpu.terminator
  }
  return %a, %b, %c, %d, %e, %f
      : memref<6xf32>, memref<6xi32>, memref<6xf32>, memref<6xf64>, memref<6xi32>, memref<6xf32>
}
// CHECK: result-0 {{.*}} [21, 21, 21, 21, 21, 21]
// CHECK: result-1 {{.*}} [5, 5, 5, 5, 5, 5]
// CHECK: result-2 {{.*}} [720, 720, 720, 720, 720, 720]
// CHECK: result-3 {{.*}} [10, 10, 10, 10, 11, 11]
// CHECK: result-4 {{.*}} [3, 6, 3, 6, 5, 6]
// CHECK: result-5 {{.*}} [1, 6, 1, 6, 5, 6]
