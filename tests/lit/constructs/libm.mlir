// Functions of C's mathematics library that are no op: ops that make them up, or calls beside which derivatives travel.
// RUN: autodiff-run %s --entry hyperbolic --arg 0.7 --mode check
// RUN: autodiff-run %s --entry single --arg 0.7 --arg -1.2 --mode check
// RUN: autodiff-run %s --entry size --arg 3.0 --arg -4.0 --mode check
// RUN: autodiff-run %s --entry size --arg 3.0e200 --arg 4.0e200 --mode vjp | FileCheck %s --check-prefix=LARGE
// LARGE: result-0 {{.*}} {{(5|4.999999999999999[0-9]*|5.000000000000000[0-9]*)}}e200
// LARGE: grad-arg-0 {{.*}} 0.{{(6|60000000000000[0-9]*|59999999999999[0-9]*)$}}
// LARGE: grad-arg-1 {{.*}} 0.{{(8|80000000000000[0-9]*|79999999999999[0-9]*)$}}
// RUN: autodiff-run %s --entry above --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry above --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry scaled --arg 0.7 --arg -3 --mode check
// RUN: autodiff-run %s --entry scaled --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry scaled --arg 1.0e-300 --arg 1996 --mode vjp | FileCheck %s --check-prefix=SCALED
// 1e-300 * 2^1996 * 2^1996: the power itself is no number.
// SCALED: result-0 {{.*}} inf
// SCALED: grad-arg-0 {{.*}} inf
// RUN: autodiff-run %s --entry scaled --arg 0 --arg 100000 --mode run | FileCheck %s --check-prefix=ZERO
// ZERO: result-0 {{.*}} 0{{$}}
// RUN: autodiff-run %s --entry rest --arg 7.4 --arg 2.5 --mode check
// RUN: autodiff-run %s --entry rest --arg -7.4 --arg 1.7 --mode check
// RUN: autodiff-run %s --entry curvature --arg 7.4 --arg 2.5 --mode check
// RUN: autodiff-run %s --entry steps --arg 5.3 --mode check
// RUN: autodiff-run %s --entry integers --arg 5.3 --mode check
// RUN: autodiff-run %s --entry beside --arg 5.3 --arg 9.0 --mode vjp | FileCheck %s --check-prefix=BESIDE
// BESIDE: result-0 {{.*}} 5.300000000000001
// BESIDE: grad-arg-0 {{.*}} 1{{$}}
// BESIDE: grad-arg-1 {{.*}} 0{{$}}
// RUN: not autodiff-run %s --entry gamma --arg 1.5 --mode vjp 2>&1 | FileCheck %s --check-prefix=GAMMA
// GAMMA: libm.mlir:[[#]]:{{[0-9]+}}: error: {{.*}}lgamma
func.func private @sinh(f64) -> f64
func.func private @sinhf(f32) -> f32
func.func private @rintf(f32) -> f32
func.func private @fdimf(f32, f32) -> f32
func.func private @hypotf(f32, f32) -> f32
func.func private @hypot(f64, f64) -> f64
func.func private @fdim(f64, f64) -> f64
func.func private @ldexp(f64, i32) -> f64
func.func private @scalbln(f64, i64) -> f64
func.func private @remainder(f64, f64) -> f64
func.func private @nextafter(f64, f64) -> f64
func.func private @logb(f64) -> f64
func.func private @nearbyint(f64) -> f64
func.func private @ilogb(f64) -> i32
func.func private @lround(f64) -> i64
func.func private @lgamma(f64) -> f64
func.func @hyperbolic(%x: f64) -> f64 {
  %y = call @sinh(%x) : (f64) -> f64
  return %y : f64
}
func.func @single(%x: f32, %y: f32) -> f32 {
  %a = call @sinhf(%x) : (f32) -> f32
  %b = call @hypotf(%a, %y) : (f32, f32) -> f32
  %c = call @rintf(%b) : (f32) -> f32
  %d = call @fdimf(%b, %c) : (f32, f32) -> f32
  %e = arith.addf %d, %b : f32
  return %e : f32
}
func.func @size(%x: f64, %y: f64) -> f64 {
  %r = call @hypot(%x, %y) : (f64, f64) -> f64
  return %r : f64
}
func.func @above(%x: f64, %y: f64) -> f64 {
  %d = call @fdim(%x, %y) : (f64, f64) -> f64
  %r = arith.mulf %d, %x : f64
  return %r : f64
}
func.func @scaled(%x: f64, %n: i32) -> f64 {
  %wide = arith.extsi %n : i32 to i64
  %y = call @ldexp(%x, %n) : (f64, i32) -> f64
  %z = call @scalbln(%y, %wide) : (f64, i64) -> f64
  return %z : f64
}
func.func @rest(%x: f64, %y: f64) -> f64 {
  %r = call @remainder(%x, %y) : (f64, f64) -> f64
  %q = arith.mulf %r, %r : f64
  return %q : f64
}
func.func @curvature(%x: f64, %y: f64) -> (f64, f64) {
  %one = arith.constant 1.0 : f64
  %a, %b = autodiff.vjp @rest(%x, %y, %one) args [active, active] results [active_noneed] : (f64, f64, f64) -> (f64, f64)
  return %a, %b : f64, f64
}
// Constant between jumps.
func.func @steps(%x: f64) -> f64 {
  %a = call @logb(%x) : (f64) -> f64
  %b = call @nearbyint(%x) : (f64) -> f64
  %c = arith.addf %a, %b : f64
  %d = arith.mulf %c, %x : f64
  return %d : f64
}
func.func @integers(%x: f64) -> f64 {
  %m = call @ilogb(%x) : (f64) -> i32
  %n = call @lround(%x) : (f64) -> i64
  %a = arith.sitofp %m : i32 to f64
  %b = arith.sitofp %n : i64 to f64
  %c = arith.addf %a, %b : f64
  %d = arith.mulf %c, %x : f64
  return %d : f64
}
func.func @beside(%x: f64, %y: f64) -> f64 {
  %z = call @nextafter(%x, %y) : (f64, f64) -> f64
  return %z : f64
}
func.func @gamma(%x: f64) -> f64 {
  %y = call @lgamma(%x) : (f64) -> f64
  return %y : f64
}
