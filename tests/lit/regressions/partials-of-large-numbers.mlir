// Partials whose formulas have squares: right where those are too large or too small for the type.
// RUN: autodiff-run %s --entry angle --arg 2e30 --arg 2e30 --mode vjp | FileCheck %s --check-prefix=LARGE
// RUN: autodiff-run %s --entry angle --arg 3e-30 --arg -3e-30 --mode vjp | FileCheck %s --check-prefix=SMALL
// RUN: autodiff-run %s --entry half_angle --arg 400 --arg 400 --mode vjp | FileCheck %s --check-prefix=HALF
// LARGE: grad-arg-0 {{.*}} 2.5e-31
// LARGE: grad-arg-1 {{.*}} -2.5e-31
// SMALL: grad-arg-0 {{.*}} -1.666666{{[67]}}e29
// SMALL: grad-arg-1 {{.*}} -1.666666{{[67]}}e29
// HALF:  grad-arg-0 {{.*}} 0.00125
// HALF:  grad-arg-1 {{.*}} -0.00125

// 1 / |x| and 1 / x^2 in the end.
// RUN: autodiff-run %s --entry area --arg -4e200 --mode vjp | FileCheck %s --check-prefix=AREA
// RUN: autodiff-run %s --entry arc --arg 1e160 --mode vjp | FileCheck %s --check-prefix=ARC
// AREA: grad-arg-0 {{.*}} 2.5e-201
// ARC:  grad-arg-0 {{.*}} 1e-320

// The exponential of -40, not the sum of almost -1 and 1.
// RUN: autodiff-run %s --entry less_one --arg -40 --mode vjp | FileCheck %s --check-prefix=EXP
// EXP: grad-arg-0 {{.*}} 4.24835425529158{{[0-9]*}}e-18

// In f16, -s/2 x^(-3/2) is a number for a small s, and 0 for 0.
// RUN: autodiff-run %s --entry normalised --arg 0.0001 --arg 0.002 --mode vjp | FileCheck %s --check-prefix=NORM
// RUN: autodiff-run %s --entry normalised --arg 0.0001 --arg 0 --mode vjp | FileCheck %s --check-prefix=ZERO
// NORM: grad-arg-0 {{.*}} -{{(1000|999)}}
// ZERO: grad-arg-0 {{.*}} {{-?}}0{{$}}
func.func @angle(%y: f32, %x: f32) -> f32 {
  %r = math.atan2 %y, %x : f32
  return %r : f32
}
func.func @half_angle(%y: f16, %x: f16) -> f16 {
  %r = math.atan2 %y, %x : f16
  return %r : f16
}
func.func @area(%x: f64) -> f64 {
  %r = math.asinh %x : f64
  return %r : f64
}
func.func @arc(%x: f64) -> f64 {
  %r = math.atan %x : f64
  return %r : f64
}
func.func @less_one(%x: f64) -> f64 {
  %r = math.expm1 %x : f64
  return %r : f64
}
func.func @normalised(%x: f16, %s: f16) -> f16 {
  %r = math.rsqrt %x : f16
  %y = arith.mulf %r, %s : f16
  return %y : f16
}
