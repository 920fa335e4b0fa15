// Rows of narrow numbers that the function allocates have wide shadows in the table, too: 4096 ones are 4096.
// RUN: autodiff-opt %s --autodiff-wrap=function=ones --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry ones --arg 0.5 --arg 0 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry ones --arg 0.5 --arg 1 --mode vjp | FileCheck %s --check-prefix=SUM
func.func @ones(%x: bf16, %i: index) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %n = arith.constant 4096 : index
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc() : memref<2xmemref<3xbf16>>
  scf.for %k = %c0 to %c3 step %c3 {
    %r = memref.alloc() : memref<3xbf16>
    memref.store %x, %r[%c1] : memref<3xbf16>
    memref.store %r, %t[%c1] : memref<2xmemref<3xbf16>>
    memref.store %r, %t[%c0] : memref<2xmemref<3xbf16>>
  }
  %u = memref.alloc() : memref<2xmemref<3xbf16>>
  memref.copy %t, %u : memref<2xmemref<3xbf16>> to memref<2xmemref<3xbf16>>
  %q = memref.load %u[%i] : memref<2xmemref<3xbf16>>
  %s = scf.for %k = %c0 to %n step %c1 iter_args(%acc = %zero) -> f32 {
    %a = memref.load %q[%c1] : memref<3xbf16>
    %b = arith.extf %a : bf16 to f32
    %c = arith.addf %acc, %b : f32
    scf.yield %c : f32
  }
  memref.dealloc %q : memref<3xbf16>
  memref.dealloc %t : memref<2xmemref<3xbf16>>
  memref.dealloc %u : memref<2xmemref<3xbf16>>
  return %s : f32
}
// CHECK-LABEL: func.func private @ones.vjp
// CHECK:         memref.alloc() : memref<2xmemref<3xf32>>
// CHECK:         memref.copy {{.*}} : memref<2xmemref<3xf32>> to memref<2xmemref<3xf32>>
// CHECK:         autodiff.accumulate {{.*}} : memref<3xf32>
// SUM: grad-arg-0  bf16  4096{{$}}
