// Augmented primal and pullback, called by hand: the buffer is overwritten, and another tape made, in between.
// RUN: autodiff-run %s --entry f --arg 0.8 --arg rand:4:1 --arg 4 --mode check
// RUN: autodiff-run %s --entry f --arg 0.8 --arg rand:4:1 --arg 0 --mode check
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s

// What the pullback needs of a buffer from outside it gets from the tape, because the buffer may have changed. The shadow
// is the pullback's alone.
// CHECK-LABEL: func.func private @g.augment.active.dup.const
// CHECK-SAME:    (%{{.*}}: f64, %[[A:.*]]: memref<?xf64>, %[[A_SHADOW:.*]]: memref<?xf64>, %{{.*}}: index) -> (f64, !autodiff.tape)
// CHECK-NOT:     %[[A_SHADOW]]
// CHECK:         %[[TAPE:.*]] = autodiff.pack "g.augment.active.dup.const"(%[[A_SHADOW]],
// CHECK:         return %{{.*}}, %[[TAPE]]
// CHECK-LABEL: func.func private @g.pullback.active.dup.const
// CHECK-SAME:    (%[[TAPE:.*]]: !autodiff.tape, %{{.*}}: f64) -> f64
// CHECK:         autodiff.unpack "g.augment.active.dup.const"(%[[TAPE]])
// CHECK-NOT:     math.sin
// CHECK:         autodiff.take
// CHECK-NOT:     memref.load
func.func private @g(%x: f64, %a: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f64 {
    %v = memref.load %a[%i] : memref<?xf64>
    %m = arith.mulf %s, %v : f64
    %t = math.sin %m : f64
    memref.store %t, %a[%i] : memref<?xf64>
    scf.yield %t : f64
  }
  return %r : f64
}
func.func @f(%x: f64, %a: memref<?xf64>, %n: index) -> f64 attributes {autodiff.vjp = @f_vjp} {
  %y = call @g(%x, %a, %n) : (f64, memref<?xf64>, index) -> f64
  %z = call @g(%y, %a, %n) : (f64, memref<?xf64>, index) -> f64
  %yz = arith.mulf %y, %z : f64
  return %yz : f64
}
func.func private @f_vjp(%x: f64, %a: memref<?xf64>, %a_bar: memref<?xf64>, %n: index, %bar: f64) -> (f64, f64) {
  %y, %first = autodiff.augment @g(%x, %a, %a_bar, %n) args [active, dup, const] results [active]
    : (f64, memref<?xf64>, memref<?xf64>, index) -> (f64, !autodiff.tape)
  %z, %second = autodiff.augment @g(%y, %a, %a_bar, %n) args [active, dup, const] results [active]
    : (f64, memref<?xf64>, memref<?xf64>, index) -> (f64, !autodiff.tape)
  %yz = arith.mulf %y, %z : f64
  %z_bar = arith.mulf %bar, %y : f64
  %y_bar1 = arith.mulf %bar, %z : f64
  %y_bar2 = autodiff.pullback @g(%second, %z_bar) args [active, dup, const] results [active] : (!autodiff.tape, f64) -> f64
  %y_bar = arith.addf %y_bar1, %y_bar2 : f64
  %x_bar = autodiff.pullback @g(%first, %y_bar) args [active, dup, const] results [active] : (!autodiff.tape, f64) -> f64
  return %yz, %x_bar : f64, f64
}
