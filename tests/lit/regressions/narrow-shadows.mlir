// Shadows of f16 and bf16 buffers that a derivative allocates are f32, views of them too: 4096 ones add up to 4096.
// RUN: autodiff-opt %s --autodiff-wrap=function=view --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-explain=function=caller -o /dev/null | FileCheck %s --check-prefix=COPIED
// RUN: autodiff-opt %s --autodiff-explain="function=written" -o /dev/null | FileCheck %s --check-prefix=WRITTEN
// RUN: autodiff-opt %s --autodiff-explain="function=once" -o /dev/null | FileCheck %s --check-prefix=ONCE
// RUN: autodiff-run %s --entry view --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry turns --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry chosen --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry caller --arg zeros:2 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=CALLER
// RUN: autodiff-run %s --entry caller --arg zeros:2 --arg zeros:4096 --mode vjp --activity const,dup | FileCheck %s --check-prefix=CONST
// RUN: autodiff-run %s --entry same --arg zeros:2 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SAME
// RUN: autodiff-run %s --entry exchanged --arg rand:2:3 --arg rand:2:4 --mode check
// RUN: autodiff-run %s --entry view --arg 0.5 --arg rand:50:1 --mode check
// RUN: autodiff-run %s --entry turns --arg 0.5 --arg rand:50:1 --mode check
// RUN: autodiff-run %s --entry chosen --arg 0.5 --arg rand:50:1 --mode check
// RUN: autodiff-run %s --entry written --arg rand:2:3 --arg rand:50:1 --arg zeros:50 --mode check
// RUN: autodiff-run %s --entry once --arg rand:50:3 --arg rand:50:1 --mode check
func.func @view(%s: f16, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %a = memref.alloc() : memref<2x2xf16>
  memref.store %s, %a[%c0, %c0] : memref<2x2xf16>
  memref.store %s, %a[%c1, %c1] : memref<2x2xf16>
  %row = memref.subview %a[1, 0] [1, 2] [1, 1] : memref<2x2xf16> to memref<2xf16, strided<[1], offset: 2>>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f32 {
    %w = memref.load %row[%c1] : memref<2xf16, strided<[1], offset: 2>>
    %xi = memref.load %x[%i] : memref<?xf32>
    %t = arith.addf %xi, %one : f32
    %e = arith.extf %w : f16 to f32
    %m = arith.mulf %e, %t : f32
    %next = arith.addf %sum, %m : f32
    memref.store %s, %a[%c0, %c1] : memref<2x2xf16>
    scf.yield %next : f32
  }
  memref.dealloc %a : memref<2x2xf16>
  return %r : f32
}
// CHECK-LABEL: func.func private @view.vjp
// CHECK:         %[[SHADOW:.*]] = autodiff.shadow() : memref<2x2xf32>
// CHECK:         memref.subview %[[SHADOW]]{{.*}} to memref<2xf32, strided<[1], offset: 2>>
// CHECK:         memref.dealloc %[[SHADOW]] : memref<2x2xf32>
// SUM: grad-arg-0 {{.*}} 4096{{$}}

// Two buffers that take turns: half of the sum comes from each.
func.func @turns(%s: f16, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %a = memref.alloc() : memref<f16>
  %b = memref.alloc() : memref<f16>
  memref.store %s, %a[] : memref<f16>
  memref.store %s, %b[] : memref<f16>
  %r:3 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero, %p = %a, %q = %b) -> (f32, memref<f16>, memref<f16>) {
    %w = memref.load %p[] : memref<f16>
    %xi = memref.load %x[%i] : memref<?xf32>
    %t = arith.addf %xi, %one : f32
    %e = arith.extf %w : f16 to f32
    %m = arith.mulf %e, %t : f32
    %next = arith.addf %sum, %m : f32
    scf.yield %next, %q, %p : f32, memref<f16>, memref<f16>
  }
  memref.dealloc %a : memref<f16>
  memref.dealloc %b : memref<f16>
  return %r#0 : f32
}
func.func @chosen(%s: bf16, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %a = memref.alloc() : memref<1xbf16>
  %b = memref.alloc() : memref<1xbf16>
  memref.store %s, %a[%c0] : memref<1xbf16>
  memref.store %s, %b[%c0] : memref<1xbf16>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f32 {
    %xi = memref.load %x[%i] : memref<?xf32>
    %t = arith.addf %xi, %one : f32
    %more = arith.cmpf ogt, %t, %one : f32
    %p = scf.if %more -> memref<1xbf16> {
      scf.yield %a : memref<1xbf16>
    } else {
      scf.yield %b : memref<1xbf16>
    }
    %w = memref.load %p[%c0] : memref<1xbf16>
    %e = arith.extf %w : bf16 to f32
    %m = arith.mulf %e, %t : f32
    %next = arith.addf %sum, %m : f32
    scf.yield %next : f32
  }
  memref.dealloc %a : memref<1xbf16>
  memref.dealloc %b : memref<1xbf16>
  return %r : f32
}

// The caller's shadow is added to at the end.
func.func @caller(%w: memref<2xbf16>, %x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f32 {
    %v = memref.load %w[%c1] : memref<2xbf16>
    %xi = memref.load %x[%i] : memref<?xf32>
    %t = arith.addf %xi, %one : f32
    %e = arith.extf %v : bf16 to f32
    %m = arith.mulf %e, %t : f32
    %next = arith.addf %sum, %m : f32
    scf.yield %next : f32
  }
  return %r : f32
}
// COPIED:      summed:
// COPIED-NEXT:   %arg0: argument #0: in f32, and added to the caller's shadow at the end
// CALLER: grad-arg-0 {{.*}} [0, 4096]
// CONST-NOT: grad-arg-0
// CONST: grad-arg-1

// One buffer passed twice, and only read: both sums arrive.
func.func private @product(%w: memref<2xbf16>, %v: memref<2xbf16>, %x: memref<?xf32>) -> f32 {
  %a = func.call @caller(%w, %x) : (memref<2xbf16>, memref<?xf32>) -> f32
  %b = func.call @caller(%v, %x) : (memref<2xbf16>, memref<?xf32>) -> f32
  %r = arith.addf %a, %b : f32
  return %r : f32
}
func.func @same(%w: memref<2xbf16>, %x: memref<?xf32>) -> f32 {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : bf16
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %shadow = memref.alloc() : memref<2xbf16>
  memref.store %zero, %shadow[%c0] : memref<2xbf16>
  memref.store %zero, %shadow[%c1] : memref<2xbf16>
  autodiff.vjp @product(%w, %shadow, %w, %shadow, %x, %one) args [dup, dup, const] results [active_noneed]
    : (memref<2xbf16>, memref<2xbf16>, memref<2xbf16>, memref<2xbf16>, memref<?xf32>, f32) -> ()
  %g = memref.load %shadow[%c1] : memref<2xbf16>
  memref.dealloc %shadow : memref<2xbf16>
  %r = arith.extf %g : bf16 to f32
  return %r : f32
}
// SAME: result-0 {{.*}} 8192{{$}}

// One buffer passed twice, and written: what is taken out of one shadow is what was summed into the other.
func.func private @squares(%a: memref<2xf16>, %b: memref<2xf16>, %y: memref<2xf16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %v = memref.load %a[%c0] : memref<2xf16>
    %s = math.sin %v : f16
    memref.store %s, %b[%c0] : memref<2xf16>
    %w = memref.load %b[%c1] : memref<2xf16>
    %p = arith.mulf %s, %w : f16
    %o = memref.load %y[%c0] : memref<2xf16>
    %q = arith.addf %o, %p : f16
    memref.store %q, %y[%c0] : memref<2xf16>
  }
  return
}
func.func @exchanged(%a: memref<2xf16>, %y: memref<2xf16>) {
  call @squares(%a, %a, %y) : (memref<2xf16>, memref<2xf16>, memref<2xf16>) -> ()
  return
}

// What is written may be the same memory: the sums are made in place.
func.func @written(%w: memref<2xf16>, %x: memref<?xf16>, %y: memref<?xf16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf16>
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %w[%c1] : memref<2xf16>
    %xi = memref.load %x[%i] : memref<?xf16>
    %m = arith.mulf %v, %xi : f16
    memref.store %m, %y[%i] : memref<?xf16>
  }
  return
}
// WRITTEN:      summed:
// WRITTEN-NEXT:   %arg0: argument #0: in place, in f16: memref.store at {{.*}} may write to it or to the same memory

// No place is added to twice: there is nothing to sum.
func.func @once(%w: memref<?xf16>, %y: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %w, %c0 : memref<?xf16>
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %w[%i] : memref<?xf16>
    %m = arith.mulf %v, %v : f16
    %e = arith.extf %m : f16 to f32
    memref.store %e, %y[%i] : memref<?xf32>
  }
  return
}
// ONCE:      summed:
// ONCE-NEXT:   %arg0: argument #0: in place, in f16: no place is added to twice
