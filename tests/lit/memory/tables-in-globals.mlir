// The shadow that a global names holds the shadows of the rows that the global holds, in functions that are called, too.
// y = a x, z = b y, w = y z = a^2 b x^2: with x = 2, a = 3, b = 5, the derivatives are 180, 120 and 36.
// RUN: autodiff-run %s --entry main --arg 2 --arg 3 --arg 5 | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s --check-prefix=TEXT
// TEXT-LABEL: func.func private @f.vjp
// TEXT:         memref.get_global @table_shadow
// CHECK: result-0  f64  180{{$}}
// CHECK: result-1  f64  180{{$}}
// CHECK: result-2  f64  120{{$}}
// CHECK: result-3  f64  36{{$}}
memref.global "private" @table : memref<2xmemref<2xf64>> = uninitialized {autodiff.shadow = @table_shadow}
memref.global "private" @table_shadow : memref<2xmemref<2xf64>> = uninitialized
func.func private @use(%x: f64, %i: index) -> f64 attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %t = memref.get_global @table : memref<2xmemref<2xf64>>
  %r = memref.load %t[%i] : memref<2xmemref<2xf64>>
  %a = memref.load %r[%c0] : memref<2xf64>
  %y = arith.mulf %a, %x : f64
  memref.store %y, %r[%c0] : memref<2xf64>
  return %y : f64
}
func.func @f(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = call @use(%x, %c0) : (f64, index) -> f64
  %z = call @use(%y, %c1) : (f64, index) -> f64
  %w = call @use(%z, %c0) : (f64, index) -> f64
  return %w : f64
}
func.func private @set(%t: memref<2xmemref<2xf64>>, %a: f64, %b: f64) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r0 = memref.alloc() : memref<2xf64>
  %r1 = memref.alloc() : memref<2xf64>
  memref.store %a, %r0[%c0] : memref<2xf64>
  memref.store %a, %r0[%c1] : memref<2xf64>
  memref.store %b, %r1[%c0] : memref<2xf64>
  memref.store %b, %r1[%c1] : memref<2xf64>
  memref.store %r0, %t[%c0] : memref<2xmemref<2xf64>>
  memref.store %r1, %t[%c1] : memref<2xmemref<2xf64>>
  return
}
func.func @main(%x: f64, %a: f64, %b: f64) -> (f64, f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %t = memref.get_global @table : memref<2xmemref<2xf64>>
  %s = memref.get_global @table_shadow : memref<2xmemref<2xf64>>
  call @set(%t, %a, %b) : (memref<2xmemref<2xf64>>, f64, f64) -> ()
  call @set(%s, %zero, %zero) : (memref<2xmemref<2xf64>>, f64, f64) -> ()
  %y, %bar = autodiff.vjp @f(%x, %one) args [active] results [active] : (f64, f64) -> (f64, f64)
  %s0 = memref.load %s[%c0] : memref<2xmemref<2xf64>>
  %s1 = memref.load %s[%c1] : memref<2xmemref<2xf64>>
  %ga = memref.load %s0[%c0] : memref<2xf64>
  %gb = memref.load %s1[%c0] : memref<2xf64>
  return %y, %bar, %ga, %gb : f64, f64, f64, f64
}
