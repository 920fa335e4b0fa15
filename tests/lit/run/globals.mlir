// Mutable globals have their initial values at the start of each call: a generator of random numbers gives the same ones.
// RUN: autodiff-run %s --entry noisy --arg 3 --mode check
// RUN: autodiff-run %s --entry noisy --arg 3 --mode check --width 3 --directions 6
// RUN: autodiff-run %s --entry noisy --arg 3 --mode vjp --repeat 5 | FileCheck %s
// RUN: autodiff-run %s --entry count --repeat 7 | FileCheck %s --check-prefix=COUNT
// The first number is (7 * 5 + 3) mod 64 = 38, over 64.
// CHECK: result-0 {{.*}}1.78125
// CHECK: grad-arg-0 {{.*}}0.59375
// COUNT: result-0 {{.*}} 42
memref.global "private" @seed : memref<i64> = dense<7>
memref.global "private" @calls : memref<2xi32> = dense<[41, 5]>
func.func private @random() -> f64 {
  %c3 = arith.constant 3 : i64
  %c5 = arith.constant 5 : i64
  %mask = arith.constant 63 : i64
  %scale = arith.constant 0.015625 : f64
  %g = memref.get_global @seed : memref<i64>
  %old = memref.load %g[] : memref<i64>
  %a = arith.muli %old, %c5 : i64
  %b = arith.addi %a, %c3 : i64
  %new = arith.andi %b, %mask : i64
  memref.store %new, %g[] : memref<i64>
  %f = arith.sitofp %new : i64 to f64
  %r = arith.mulf %f, %scale : f64
  return %r : f64
}
func.func @noisy(%x: f64) -> f64 {
  %r = call @random() : () -> f64
  %y = arith.mulf %x, %r : f64
  return %y : f64
}
func.func @count() -> i32 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1 : i32
  %g = memref.get_global @calls : memref<2xi32>
  %old = memref.load %g[%c0] : memref<2xi32>
  %new = arith.addi %old, %one : i32
  memref.store %new, %g[%c0] : memref<2xi32>
  return %new : i32
}
