// Chunks of a parallel loop sum in f32 what is added to a narrow shadow in place, because a written argument may be the same.
// RUN: autodiff-opt %s --autodiff-wrap=function=in_place --autodiff-differentiate --autodiff-localize=chunks=3 | FileCheck %s
// RUN: autodiff-run %s --entry total --arg 0.5 --arg zeros:4096 --mode vjp --threads 2 | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry in_place --arg rand:4:1 --arg rand:90:2 --arg zeros:90 --mode check --threads 2
func.func @in_place(%w: memref<4xbf16>, %x: memref<?xbf16>, %y: memref<?xbf16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : bf16
  %n = memref.dim %x, %c0 : memref<?xbf16>
  %half = memref.subview %w[2] [2] [1] : memref<4xbf16> to memref<2xbf16, strided<[1], offset: 2>>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %k = arith.remui %i, %c2 : index
    %wk = memref.load %half[%k] : memref<2xbf16, strided<[1], offset: 2>>
    %xi = memref.load %x[%i] : memref<?xbf16>
    %t = arith.addf %xi, %one : bf16
    %m = arith.mulf %wk, %t : bf16
    memref.store %m, %y[%i] : memref<?xbf16>
    scf.reduce
  }
  return
}
// CHECK-LABEL: func.func private @in_place.vjp
// CHECK:         scf.parallel
// CHECK:         scf.parallel
// CHECK:           %[[CHUNK:.*]] = autodiff.shadow() : memref<4xf32>
// CHECK:           %[[VIEW:.*]] = memref.subview %[[CHUNK]]{{.*}} to memref<2xf32, strided<[1], offset: 2>>
// CHECK:           %[[V:.*]] = arith.mulf %{{.*}} : f32
// CHECK:           autodiff.accumulate %[[V]], %[[VIEW]]
// CHECK:         arith.truncf
// CHECK:         autodiff.accumulate %{{.*}}, %arg1
func.func @total(%s: bf16, %x: memref<?xbf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?xbf16>
  %w = memref.alloc() : memref<4xbf16>
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %s, %w[%i] : memref<4xbf16>
  }
  %y = memref.alloc(%n) : memref<?xbf16>
  call @in_place(%w, %x, %y) : (memref<4xbf16>, memref<?xbf16>, memref<?xbf16>) -> ()
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f32 {
    %yi = memref.load %y[%i] : memref<?xbf16>
    %e = arith.extf %yi : bf16 to f32
    %next = arith.addf %sum, %e : f32
    scf.yield %next : f32
  }
  memref.dealloc %w : memref<4xbf16>
  memref.dealloc %y : memref<?xbf16>
  return %r : f32
}
// SUM: grad-arg-0 {{.*}} 4096{{$}}
