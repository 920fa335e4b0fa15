// Derivatives of derivatives of f16 numbers: the sums of both orders are wide.
// RUN: autodiff-run %s --entry slope --arg zeros:1 --arg 0.5 --arg zeros:4096 --mode vjp --activity dup,active,const | FileCheck %s
// RUN: autodiff-run %s --entry slope --arg rand:1:1 --arg 0.5 --arg rand:40:2 --mode check
// RUN: autodiff-run %s --entry change --arg rand:1:1 --arg 0.5 --arg rand:40:2 --mode check

// f = s exp(w) summed over the elements of x, each times 1 + x.
func.func @f(%w: memref<1xf16>, %s: f16, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero) -> f32 {
    %v = memref.load %w[%c0] : memref<1xf16>
    %p = math.exp %v : f16
    %q = arith.mulf %p, %s : f16
    %e = arith.extf %q : f16 to f32
    %xi = memref.load %x[%i] : memref<?xf32>
    %t = arith.addf %xi, %one : f32
    %m = arith.mulf %e, %t : f32
    %b = arith.addf %a, %m : f32
    scf.yield %b : f32
  }
  return %r : f32
}
// The derivative by w: s exp(w) times 4096. At w = 0 and s = 0.5, its derivatives are 2048 and 4096.
func.func @slope(%w: memref<1xf16>, %s: f16, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f16
  %shadow = memref.alloc() : memref<1xf16>
  memref.store %zero, %shadow[%c0] : memref<1xf16>
  %s_bar = autodiff.vjp @f(%w, %shadow, %s, %x, %one) args [dup, active, const] results [active_noneed]
    : (memref<1xf16>, memref<1xf16>, f16, memref<?xf32>, f32) -> f16
  %g = memref.load %shadow[%c0] : memref<1xf16>
  memref.dealloc %shadow : memref<1xf16>
  %r = arith.extf %g : f16 to f32
  return %r : f32
}
func.func @change(%w: memref<1xf16>, %s: f16, %x: memref<?xf32>) -> f32 {
  %one = arith.constant 1.0 : f16
  %r = autodiff.jvp @f(%w, %s, %one, %x) args [const, dup, const] results [dup_noneed]
    : (memref<1xf16>, f16, f16, memref<?xf32>) -> f32
  return %r : f32
}
// CHECK: result-0 {{.*}} 2048{{$}}
// CHECK: grad-arg-0 {{.*}} [2048]
// CHECK: grad-arg-1 {{.*}} 4096{{$}}
