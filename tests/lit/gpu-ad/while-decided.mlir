// What decides how often a loop of a kernel runs is run alone, in front of the kernel, wherever it comes from.
// RUN: autodiff-run %s --entry own_memory --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry counted_together --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check \
// RUN:   --check-races
// RUN: autodiff-run %s --entry subgroup --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry walked --arg rand:8:1 --arg zeros:8 --arg rand:8:7 --target gpu-host --mode check \
// RUN:   --check-races
// RUN: autodiff-run %s --entry norm_decides --arg rand:24:1 --arg zeros:24 --arg 2 --arg 3 --arg 2 --target gpu-host \
// RUN:   --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=counted_together --autodiff-differentiate | FileCheck %s
!cnt = memref<1xi32, #gpu.address_space<workgroup>>
// Memory of the thread decides, in a branch that some threads do not take.
func.func @own_memory(%x: memref<8xf64> {llvm.noalias}, %y: memref<8xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %low = arith.constant 0.3 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             private(%p : memref<2xf64, #gpu.address_space<private>>) {
    %f = arith.muli %bx, %c4 : index
    %i = arith.addi %f, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    memref.store %v, %p[%c0] : memref<2xf64, #gpu.address_space<private>>
    %works = arith.cmpi ult, %tx, %c3 : index
    scf.if %works {
      scf.while : () -> () {
        %u = memref.load %p[%c0] : memref<2xf64, #gpu.address_space<private>>
        %s = math.absf %u : f64
        %g = arith.cmpf ogt, %s, %low : f64
        scf.condition(%g)
      } do {
        %u = memref.load %p[%c0] : memref<2xf64, #gpu.address_space<private>>
        %w = math.sin %u : f64
        %wu = arith.mulf %w, %u : f64
        memref.store %wu, %p[%c0] : memref<2xf64, #gpu.address_space<private>>
        scf.yield
      }
    } else {
      %two = arith.constant 2.0 : f64
      %u = arith.mulf %v, %two : f64
      memref.store %u, %p[%c0] : memref<2xf64, #gpu.address_space<private>>
    }
    %r = memref.load %p[%c0] : memref<2xf64, #gpu.address_space<private>>
    memref.store %r, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  return
}
// The threads of a block count by atomics how many of them have to go on.
// CHECK-LABEL: func.func private @counted_together.vjp
// CHECK:         gpu.launch {{.*}} workgroup(%[[N:[a-z0-9]+]] : memref<1xi32
// CHECK:           scf.while
// CHECK:             memref.atomic_rmw addi %{{.*}}, %[[N]]
// CHECK:             scf.condition
// CHECK:           memref.atomic_rmw maxu
// CHECK:         gpu.launch
func.func @counted_together(%x: memref<8xf64> {llvm.noalias}, %y: memref<8xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %low = arith.constant 0.3 : f64
  %z = arith.constant 0 : i32
  %o = arith.constant 1 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             workgroup(%n : !cnt) {
    %f = arith.muli %bx, %c4 : index
    %i = arith.addi %f, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %r = scf.while (%u = %v) : (f64) -> f64 {
      gpu.barrier
      %lead = arith.cmpi eq, %tx, %c0 : index
      scf.if %lead {
        memref.store %z, %n[%c0] : !cnt
      }
      gpu.barrier
      %s = math.absf %u : f64
      %big = arith.cmpf ogt, %s, %low : f64
      scf.if %big {
        %old = memref.atomic_rmw addi %o, %n[%c0] : (i32, !cnt) -> i32
      }
      gpu.barrier
      %left = memref.load %n[%c0] : !cnt
      %g = arith.cmpi sgt, %left, %z : i32
      scf.condition(%g) %u : f64
    } do {
    ^bb0(%u: f64):
      %w = math.sin %u : f64
      %wu = arith.mulf %w, %u : f64
      scf.yield %wu : f64
    }
    memref.store %r, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  return
}
// The largest of a subgroup decides, and a switch where to start.
func.func @subgroup(%x: memref<8xf64> {llvm.noalias}, %y: memref<8xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %low = arith.constant 0.3 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %f = arith.muli %bx, %c4 : index
    %i = arith.addi %f, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %r = scf.for %k = %c0 to %c3 step %c1 iter_args(%t = %v) -> f64 {
      %start = scf.index_switch %k -> f64
      case 0 {
        %a = math.exp %t : f64
        scf.yield %a : f64
      }
      case 1 {
        %a = math.cos %t : f64
        scf.yield %a : f64
      }
      default {
        scf.yield %t : f64
      }
      %q = scf.while (%u = %start) : (f64) -> f64 {
        %s = math.absf %u : f64
        %all = gpu.subgroup_reduce maximumf %s uniform : (f64) -> f64
        %g = arith.cmpf ogt, %all, %low : f64
        scf.condition(%g) %u : f64
      } do {
      ^bb0(%u: f64):
        %w = math.sin %u : f64
        %wu = arith.mulf %w, %u : f64
        %h = arith.constant 0.7 : f64
        %wuh = arith.mulf %h, %wu : f64
        scf.yield %wuh : f64
      }
      %e = arith.addf %q, %v : f64
      scf.yield %e : f64
    }
    memref.store %r, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  return
}
// A loop runs as often as another says that has walked along a list; one in it as often as its number says.
func.func @walked(%x: memref<8xf64> {llvm.noalias}, %y: memref<8xf64> {llvm.noalias}, %list: memref<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c7 = arith.constant 7 : index
  %one = arith.constant 1.0 : f64
  %five = arith.constant 5 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %f = arith.muli %bx, %c4 : index
    %i = arith.addi %f, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %n = scf.while (%j = %i) : (index) -> index {
      %jj = arith.minui %j, %c7 : index
      %l = memref.load %list[%jj] : memref<8xi32>
      %s = arith.cmpi slt, %l, %five : i32
      %in = arith.cmpi ult, %j, %c7 : index
      %g = arith.andi %s, %in : i1
      scf.condition(%g) %j : index
    } do {
    ^bb0(%j: index):
      %k = arith.addi %j, %c1 : index
      scf.yield %k : index
    }
    %r = scf.for %k = %i to %n step %c1 iter_args(%t = %v) -> f64 {
      %cell = memref.alloca() : memref<4xf64>
      %end = arith.remui %k, %c4 : index
      memref.store %t, %cell[%end] : memref<4xf64>
      %q = scf.for %m = %c0 to %end step %c1 iter_args(%w = %t) -> f64 {
        %ww = math.sin %w : f64
        %www = arith.mulf %ww, %v : f64
        scf.yield %www : f64
      }
      %back = memref.load %cell[%end] : memref<4xf64>
      %qb = arith.addf %q, %back : f64
      %e = math.sin %qb : f64
      scf.yield %e : f64
    }
    memref.store %r, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  return
}
// A number that is computed in a tree, by all threads of the first block.
func.func @norm_decides(%x: memref<?xf32> {llvm.noalias}, %y: memref<?xf32> {llvm.noalias}, %nx: index, %ny: index, %nz: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %lim = arith.constant 6.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %nx, %sy = %ny, %sz = %nz) {
    %a0 = arith.muli %bx, %nz : index
    %a1 = arith.addi %a0, %tz : index
    %a2 = arith.muli %a1, %ny : index
    %a3 = arith.addi %a2, %ty : index
    %a4 = arith.muli %a3, %nx : index
    %i = arith.addi %a4, %tx : index
    %v = memref.load %x[%i] : memref<?xf32>
    %first = arith.cmpi eq, %bx, %c0 : index
    %r = scf.if %first -> f32 {
      %q = scf.while (%u = %v) : (f32) -> f32 {
        %e = math.exp %u : f32
        %n = gpu.all_reduce %e uniform {
        ^bb0(%a: f32, %b: f32):
          %aa = arith.mulf %a, %a : f32
          %bb = arith.mulf %b, %b : f32
          %s = arith.addf %aa, %bb : f32
          %o = math.sqrt %s : f32
          gpu.yield %o : f32
        } : (f32) -> f32
        %g = arith.cmpf ogt, %n, %lim : f32
        %un = arith.divf %u, %n : f32
        scf.condition(%g) %un : f32
      } do {
      ^bb0(%u: f32):
        %h = arith.constant 0.7 : f32
        %k = arith.subf %u, %h : f32
        scf.yield %k : f32
      }
      scf.yield %q : f32
    } else {
      scf.yield %v : f32
    }
    memref.store %r, %y[%i] : memref<?xf32>
    gpu.terminator
  }
  return
}
