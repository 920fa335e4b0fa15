// A seed that is zero in all calls leaves nothing behind, whatever the partials are: the rows of a Jacobian. A seed that
// is zero in one call only is a number like others.
// RUN: autodiff-opt %s --autodiff-differentiate --canonicalize | FileCheck %s
// RUN: autodiff-run %s --entry rows --arg 0.25 --arg 0.3 | FileCheck %s --check-prefix=ROWS
// RUN: autodiff-run %s --entry rows --arg 0 --arg 0.3 | FileCheck %s --check-prefix=INFINITE
// RUN: autodiff-run %s --entry pair --arg 0.5 --arg 0.3 --mode check

// (sqrt(x) + y, x y) by x and y, each for both results: 1 / (2 sqrt(x)), y; 1, x.
// ROWS: result-0 {{.*}} 1{{$}}
// ROWS: result-1 {{.*}} 0.3
// ROWS: result-2 {{.*}} 1{{$}}
// ROWS: result-3 {{.*}} 0.25

// The infinite partial of the square root is none of the second row's business.
// INFINITE: result-0 {{.*}} inf
// INFINITE: result-1 {{.*}} 0.3
// INFINITE: result-2 {{.*}} 1{{$}}
// INFINITE: result-3 {{.*}} 0{{$}}
func.func @pair(%x: f64, %y: f64) -> (f64, f64) {
  %r = math.sqrt %x : f64
  %a = arith.addf %r, %y : f64
  %b = arith.mulf %x, %y : f64
  return %a, %b : f64, f64
}
func.func @rows(%x: f64, %y: f64) -> (f64, f64, f64, f64) {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %d:4 = autodiff.vjp @pair(%x, %y, %one, %zero, %zero, %one) args [active, active] results [active_noneed,
    active_noneed] width 2 : (f64, f64, f64, f64, f64, f64) -> (f64, f64, f64, f64)
  return %d#0, %d#1, %d#2, %d#3 : f64, f64, f64, f64
}

// The second seed is zero in both calls, the first is not.
// CHECK-LABEL: func.func private @twice.vjp.active
// CHECK-SAME:    (%[[X:.*]]: f64, %[[S:.*]]: f64, %{{.*}}: f64) -> f64
// CHECK-NOT:     math.cos
// CHECK:         math.exp
// CHECK:         %[[R:.*]] = arith.mulf %[[S]], %{{.*}} : f64
// CHECK-NEXT:    return %[[R]]
func.func @twice(%x: f64) -> (f64, f64) {
  %a = math.exp %x : f64
  %b = math.sin %x : f64
  return %a, %b : f64, f64
}
func.func @calls(%x: f64, %s: f64) -> (f64, f64) {
  %zero = arith.constant 0.0 : f64
  %a = autodiff.vjp @twice(%x, %s, %zero) args [active] results [active_noneed, active_noneed] : (f64, f64, f64) -> f64
  %b = autodiff.vjp @twice(%x, %zero, %zero) args [active] results [active_noneed, active_noneed] : (f64, f64, f64) -> f64
  return %a, %b : f64, f64
}
// A tangent that is zero.
// CHECK-LABEL: func.func private @forward.jvp.dup.dup
// CHECK:         %[[R:.*]] = math.cos
// CHECK-NEXT:    %[[D:.*]] = arith.mulf %{{.*}}, %[[R]]
// CHECK-NEXT:    return %[[D]]
func.func @forward(%x: f64, %y: f64) -> f64 {
  %a = math.sin %x : f64
  %b = math.cos %y : f64
  %c = arith.addf %a, %b : f64
  return %c : f64
}
func.func @direction(%x: f64, %y: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %d = autodiff.jvp @forward(%x, %one, %y, %zero) args [dup, dup] results [dup_noneed] : (f64, f64, f64, f64) -> f64
  return %d : f64
}
