// Shadows of narrow buffers and globals stay wide over calls that are not inlined: a sum of ones would stall at 256 in
// bf16, and at 2048 in f16.
// RUN: autodiff-run %s --entry deep --arg 0.5 --arg 1024 --activity active,const --mode vjp | FileCheck %s --check-prefix=DEEP
// RUN: autodiff-run %s --entry by_global --arg 0.5 --arg 4096 --activity active,const --mode vjp | FileCheck %s --check-prefix=GLOBAL
// RUN: autodiff-run %s --entry in_parallel --arg 0.5 --arg 4096 --activity active,const --mode vjp | FileCheck %s --check-prefix=PARALLEL
// RUN: autodiff-run %s --entry in_parallel --arg 0.5 --arg 4096 --activity active,const --mode vjp --threads 2 \
// RUN:   | FileCheck %s --check-prefix=PARALLEL
// RUN: autodiff-run %s --entry deep --arg 0.5 --arg 3 --activity active,const --mode check
// RUN: autodiff-run %s --entry by_global --arg 0.5 --arg 3 --activity active,const --mode check
// RUN: autodiff-run %s --entry in_parallel --arg 0.5 --arg 3 --activity active,const --mode check
// RUN: autodiff-run %s --entry mixed --arg rand:2:1 --arg 0.5 --arg 3 --activity dup,active,const --mode check
// RUN: autodiff-run %s --entry named --arg 0.5 --activity active --mode check

// A buffer that all levels read.
// DEEP: grad-arg-0 {{.*}} 1024{{$}}
func.func @deep(%x: bf16, %n: index) -> bf16 {
  %a = memref.alloc() : memref<bf16>
  memref.store %x, %a[] : memref<bf16>
  %y = func.call @levels(%a, %n) : (memref<bf16>, index) -> bf16
  memref.dealloc %a : memref<bf16>
  return %y : bf16
}
func.func private @levels(%a: memref<bf16>, %n: index) -> bf16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : bf16
  %ends = arith.cmpi eq, %n, %c0 : index
  %y = scf.if %ends -> bf16 {
    scf.yield %zero : bf16
  } else {
    %less = arith.subi %n, %c1 : index
    %rest = func.call @levels(%a, %less) : (memref<bf16>, index) -> bf16
    %v = memref.load %a[] : memref<bf16>
    %sum = arith.addf %rest, %v : bf16
    scf.yield %sum : bf16
  }
  return %y : bf16
}
// A global that a callee reads.
// GLOBAL: grad-arg-0 {{.*}} 4096{{$}}
memref.global "private" @weight : memref<f16> = dense<0.0>
func.func @by_global(%x: f16, %n: index) -> f16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f16
  %weight = memref.get_global @weight : memref<f16>
  memref.store %x, %weight[] : memref<f16>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f16 {
    %v = func.call @read() : () -> f16
    %sum = arith.addf %s, %v : f16
    scf.yield %sum : f16
  }
  return %y : f16
}
func.func private @read() -> f16 attributes {no_inline} {
  %weight = memref.get_global @weight : memref<f16>
  %v = memref.load %weight[] : memref<f16>
  return %v : f16
}
// PARALLEL: grad-arg-0 {{.*}} 4096{{$}}
func.func @in_parallel(%x: bf16, %n: index) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<1xbf16>
  memref.store %x, %a[%c0] : memref<1xbf16>
  %y = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%zero) -> f32 {
    %v = func.call @first(%a) : (memref<1xbf16>) -> f32
    scf.reduce(%v : f32) {
    ^bb0(%p: f32, %q: f32):
      %r = arith.addf %p, %q : f32
      scf.reduce.return %r : f32
    }
  }
  memref.dealloc %a : memref<1xbf16>
  return %y : f32
}
func.func private @first(%a: memref<1xbf16>) -> f32 attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %v = memref.load %a[%c0] : memref<1xbf16>
  %w = arith.extf %v : bf16 to f32
  return %w : f32
}
// The caller's shadow is as narrow as the caller wants it; so the callee gets two narrow ones, and in the other call two
// wide ones.
func.func @mixed(%a: memref<2xf16>, %x: f16, %n: index) -> f16 {
  %c0 = arith.constant 0 : index
  %b = memref.alloc() : memref<2xf16>
  memref.copy %a, %b : memref<2xf16> to memref<2xf16>
  memref.store %x, %b[%c0] : memref<2xf16>
  %c = memref.alloc() : memref<2xf16>
  memref.copy %b, %c : memref<2xf16> to memref<2xf16>
  %p = func.call @both(%a, %b, %n) : (memref<2xf16>, memref<2xf16>, index) -> f16
  %q = func.call @both(%c, %c, %n) : (memref<2xf16>, memref<2xf16>, index) -> f16
  memref.dealloc %b : memref<2xf16>
  memref.dealloc %c : memref<2xf16>
  %y = arith.mulf %p, %q : f16
  return %y : f16
}
func.func private @both(%a: memref<2xf16>, %b: memref<2xf16>, %n: index) -> f16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f16
  %ends = arith.cmpi eq, %n, %c0 : index
  %y = scf.if %ends -> f16 {
    scf.yield %zero : f16
  } else {
    %less = arith.subi %n, %c1 : index
    %v = memref.load %a[%c0] : memref<2xf16>
    %w = memref.load %b[%c1] : memref<2xf16>
    %vw = arith.mulf %v, %w : f16
    memref.store %vw, %b[%c1] : memref<2xf16>
    %rest = func.call @both(%a, %b, %less) : (memref<2xf16>, memref<2xf16>, index) -> f16
    %sum = arith.addf %rest, %vw : f16
    scf.yield %sum : f16
  }
  return %y : f16
}
// A function that names its derivative takes shadows of the types that it says.
func.func @named(%x: f16) -> f16 {
  %a = memref.alloca() : memref<f16>
  memref.store %x, %a[] : memref<f16>
  %y = func.call @square(%a) : (memref<f16>) -> f16
  return %y : f16
}
func.func private @square(%a: memref<f16>) -> f16
    attributes {autodiff.vjp = @square_vjp, autodiff.jvp = @square_jvp, no_inline} {
  %v = memref.load %a[] : memref<f16>
  %y = arith.mulf %v, %v : f16
  return %y : f16
}
func.func private @square_vjp(%a: memref<f16>, %a_bar: memref<f16>, %y_bar: f16) -> f16 {
  %v = memref.load %a[] : memref<f16>
  %y = arith.mulf %v, %v : f16
  %two = arith.addf %v, %v : f16
  %part = arith.mulf %two, %y_bar : f16
  %old = memref.load %a_bar[] : memref<f16>
  %new = arith.addf %old, %part : f16
  memref.store %new, %a_bar[] : memref<f16>
  return %y : f16
}
func.func private @square_jvp(%a: memref<f16>, %a_dot: memref<f16>) -> (f16, f16) {
  %v = memref.load %a[] : memref<f16>
  %d = memref.load %a_dot[] : memref<f16>
  %y = arith.mulf %v, %v : f16
  %two = arith.addf %v, %v : f16
  %y_dot = arith.mulf %two, %d : f16
  return %y, %y_dot : f16, f16
}
