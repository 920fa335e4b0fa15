// What others say of a loop stands on the loops of its derivative: all of it on the forward sweep, hints on the reverse.
// RUN: autodiff-run %s --entry counts --arg 0.3 --arg 4 --mode check
// RUN: autodiff-run %s --entry waits --arg 0.3 --arg 9.0 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=counts --autodiff-wrap=function=waits --autodiff-wrap="function=counts mode=jvp name=counts_tangent" --autodiff-differentiate | FileCheck %s
// CHECK-LABEL: func.func private @counts.vjp
// CHECK:         } {autodiff.checkpoint = "periodic", other.unroll = 4 : i64}
// CHECK:         } {other.unroll = 4 : i64}
// CHECK-LABEL: func.func private @counts.jvp
// CHECK:         } {autodiff.checkpoint = "periodic", other.unroll = 4 : i64}
func.func @counts(%x: f64, %n: index) -> f64 {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%a = %x) -> f64 {
    %s = math.sin %a : f64
    %t = arith.mulf %s, %x : f64
    scf.yield %t : f64
  } {autodiff.checkpoint = "periodic", other.unroll = 4 : i64}
  return %r : f64
}
// CHECK-LABEL: func.func private @waits.vjp
// CHECK:         scf.while
// CHECK:         } attributes {autodiff.checkpoint = "online", other.unroll = 2 : i64}
// CHECK:         scf.for
// CHECK:         } {other.unroll = 2 : i64}
func.func @waits(%x: f64, %limit: f64) -> f64 {
  %r = scf.while (%a = %x) : (f64) -> f64 {
    %more = arith.cmpf olt, %a, %limit : f64
    scf.condition(%more) %a : f64
  } do {
  ^bb0(%a: f64):
    %b = math.exp %a : f64
    scf.yield %b : f64
  } attributes {autodiff.checkpoint = "online", other.unroll = 2 : i64}
  return %r : f64
}
// Affine loops hand theirs on, one in another and in functions that are called, too.
// RUN: autodiff-run %s --entry affine_loops --arg rand:5x4:1 --arg 0.3 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=affine_loops --autodiff-differentiate | FileCheck %s --check-prefix=AFFINE
// AFFINE-LABEL: func.func private @affine_loops.vjp
// AFFINE:         scf.for
// AFFINE:           scf.for
// AFFINE:           } {autodiff.checkpoint = "periodic"}
// AFFINE-NEXT:      scf.yield
// AFFINE-NEXT:    } {other.unroll = 3 : i64}
// AFFINE:         scf.for
// AFFINE:         } {autodiff.checkpoint = "binomial"}
func.func private @affine_tail(%x: f64) -> f64 {
  %r = affine.for %i = 0 to 7 iter_args(%a = %x) -> f64 {
    %s = math.sin %a : f64
    affine.yield %s : f64
  } {autodiff.checkpoint = "binomial"}
  return %r : f64
}
func.func @affine_loops(%m: memref<5x4xf64>, %x: f64) -> f64 {
  %r = affine.for %i = 0 to 5 iter_args(%a = %x) -> f64 {
    %t = affine.for %j = 0 to 4 iter_args(%b = %a) -> f64 {
      %v = affine.load %m[%i, %j] : memref<5x4xf64>
      %c = math.cos %b : f64
      %p = arith.mulf %c, %v : f64
      affine.yield %p : f64
    } {autodiff.checkpoint = "periodic"}
    affine.yield %t : f64
  } {other.unroll = 3 : i64}
  %s = func.call @affine_tail(%r) : (f64) -> f64
  return %s : f64
}
