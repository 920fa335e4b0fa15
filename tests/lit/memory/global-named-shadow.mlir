// A global that names its shadow is differentiated as a 'dup' argument: nobody clears the shadow, and all see it.
// RUN: autodiff-run %s --entry reverse --arg 3 | FileCheck %s --check-prefix=REVERSE
// RUN: autodiff-run %s --entry forward --arg 3 | FileCheck %s --check-prefix=FORWARD
// RUN: autodiff-run %s --entry halves --arg 3 | FileCheck %s --check-prefix=REVERSE
// RUN: autodiff-run %s --entry directions --arg 3 | FileCheck %s --check-prefix=DIRECTIONS
// A function that names its derivative reaches the shadow by its name.
// RUN: autodiff-run %s --entry by_hand --arg 0.6 --mode vjp | FileCheck %s --check-prefix=HAND
memref.global "private" @pair : memref<2xf64> = dense<0.0> {autodiff.shadow = @pair_bar}
memref.global "private" @pair_bar : memref<2xf64> = dense<0.0>
func.func private @first(%x: f64) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %p = memref.get_global @pair : memref<2xf64>
  memref.store %x, %p[%c0] : memref<2xf64>
  return
}
// pair[0] = x; y = pair[0] * pair[1]
func.func private @f(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  call @first(%x) : (f64) -> ()
  %p = memref.get_global @pair : memref<2xf64>
  %v = memref.load %p[%c0] : memref<2xf64>
  %w = memref.load %p[%c1] : memref<2xf64>
  %y = arith.mulf %v, %w : f64
  return %y : f64
}
func.func private @set(%p: memref<2xf64>, %a: f64, %b: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  memref.store %a, %p[%c0] : memref<2xf64>
  memref.store %b, %p[%c1] : memref<2xf64>
  return
}
func.func private @start() -> memref<2xf64> {
  %5 = arith.constant 5.0 : f64
  %9 = arith.constant 9.0 : f64
  %10 = arith.constant 10.0 : f64
  %100 = arith.constant 100.0 : f64
  %p = memref.get_global @pair : memref<2xf64>
  %s = memref.get_global @pair_bar : memref<2xf64>
  call @set(%p, %9, %5) : (memref<2xf64>, f64, f64) -> ()
  call @set(%s, %10, %100) : (memref<2xf64>, f64, f64) -> ()
  return %s : memref<2xf64>
}
// The cotangent of x: 1 * pair[1] + 10. That of pair[0] is taken, that of pair[1] grows by x.
// REVERSE:      result-0 f64 15
// REVERSE-NEXT: result-1 f64 0
// REVERSE-NEXT: result-2 f64 103
func.func @reverse(%x: f64) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %s = call @start() : () -> memref<2xf64>
  %d = autodiff.vjp @f(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  %a = memref.load %s[%c0] : memref<2xf64>
  %b = memref.load %s[%c1] : memref<2xf64>
  return %d, %a, %b : f64, f64, f64
}
// The same in two halves: only the second looks at the shadow.
func.func @halves(%x: f64) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %s = call @start() : () -> memref<2xf64>
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  %s2 = call @start() : () -> memref<2xf64>
  %d = autodiff.pullback @f(%tape, %one) args [active] results [active] : (!autodiff.tape, f64) -> f64
  %a = memref.load %s[%c0] : memref<2xf64>
  %b = memref.load %s[%c1] : memref<2xf64>
  return %d, %a, %b : f64, f64, f64
}
// The tangent of y: 1 * pair[1] + x * 100. That of pair[0] is that of x.
// FORWARD:      result-0 f64 305
// FORWARD-NEXT: result-1 f64 1
// FORWARD-NEXT: result-2 f64 100
func.func @forward(%x: f64) -> (f64, f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %s = call @start() : () -> memref<2xf64>
  %d = autodiff.jvp @f(%x, %one) args [dup] results [dup_noneed] : (f64, f64) -> f64
  %a = memref.load %s[%c0] : memref<2xf64>
  %b = memref.load %s[%c1] : memref<2xf64>
  return %d, %a, %b : f64, f64, f64
}
// A shadow for each direction. The second starts with zeros.
// DIRECTIONS:      result-0 f64 12
// DIRECTIONS-NEXT: result-1 f64 10
// DIRECTIONS-NEXT: result-2 f64 3
// DIRECTIONS-NEXT: result-3 f64 6
memref.global "private" @two : memref<f64> = dense<0.0> {autodiff.shadow = [@two_bar, @two_bar_2]}
memref.global "private" @two_bar : memref<f64> = dense<7.0>
memref.global "private" @two_bar_2 : memref<f64> = dense<0.0>
func.func private @product(%x: f64) -> f64 {
  %t = memref.get_global @two : memref<f64>
  %v = memref.load %t[] : memref<f64>
  memref.store %x, %t[] : memref<f64>
  %y = arith.mulf %v, %x : f64
  return %y : f64
}
func.func @directions(%x: f64) -> (f64, f64, f64, f64) {
  %one = arith.constant 1.0 : f64
  %two = arith.constant 2.0 : f64
  %five = arith.constant 5.0 : f64
  %t = memref.get_global @two : memref<f64>
  memref.store %five, %t[] : memref<f64>
  %d:2 = autodiff.vjp @product(%x, %one, %two) args [active] results [active_noneed] {width = 2 : i64}
       : (f64, f64, f64) -> (f64, f64)
  %s = memref.get_global @two_bar : memref<f64>
  %s2 = memref.get_global @two_bar_2 : memref<f64>
  %a = memref.load %s[] : memref<f64>
  %b = memref.load %s2[] : memref<f64>
  return %d#0, %d#1, %a, %b : f64, f64, f64, f64
}
// sin(2 * 0.6)
// HAND: grad-arg-0 f64 0.93203908596
func.func private @sine(%x: f64) attributes {autodiff.vjp = @sine_vjp} {
  %c0 = arith.constant 0 : index
  %p = memref.get_global @pair : memref<2xf64>
  %y = math.sin %x : f64
  memref.store %y, %p[%c0] : memref<2xf64>
  return
}
func.func private @sine_vjp(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  call @sine(%x) : (f64) -> ()
  %s = memref.get_global @pair_bar : memref<2xf64>
  %bar = memref.load %s[%c0] : memref<2xf64>
  memref.store %zero, %s[%c0] : memref<2xf64>
  %d = math.cos %x : f64
  %x_bar = arith.mulf %bar, %d : f64
  return %x_bar : f64
}
func.func @by_hand(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  call @sine(%x) : (f64) -> ()
  %p = memref.get_global @pair : memref<2xf64>
  %v = memref.load %p[%c0] : memref<2xf64>
  %y = arith.mulf %v, %v : f64
  return %y : f64
}
