// Guards in the rules of powers are right when they are differentiated again, in each order of the modes.
// RUN: autodiff-run %s --entry by_base --arg 3 --arg 0 --mode vjp | FileCheck %s --check-prefix=BASE
// RUN: autodiff-run %s --entry by_base_forward --arg 3 --arg 0 --mode vjp | FileCheck %s --check-prefix=BASE
// RUN: autodiff-run %s --entry by_exponent --arg 3 --arg 0 --mode vjp | FileCheck %s --check-prefix=EXPONENT
// RUN: autodiff-run %s --entry by_base --arg 3 --arg 0 --mode check
// RUN: autodiff-run %s --entry by_exponent --arg 3 --arg 0 --mode check

// f = x^y; the mixed derivative is x^(y-1) (1 + y log x), a third, and log(3)^2 = 1.206948960812582.
// BASE:     grad-arg-0 {{.*}} 0{{$}}
// BASE:     grad-arg-1 {{.*}} 0.333333333333333
// EXPONENT: grad-arg-0 {{.*}} 0.333333333333333
// EXPONENT: grad-arg-1 {{.*}} 1.2069489608125{{[0-9]+}}{{$}}

// The second derivative of x^n at 0: 2 for n = 2, otherwise 0.
// RUN: autodiff-run %s --entry slope --arg 0 --arg 0 --mode vjp | FileCheck %s --check-prefix=NOTHING
// RUN: autodiff-run %s --entry slope --arg 0 --arg 1 --mode vjp | FileCheck %s --check-prefix=NOTHING
// RUN: autodiff-run %s --entry slope --arg 0 --arg 2 --mode vjp | FileCheck %s --check-prefix=TWO
// RUN: autodiff-run %s --entry slope --arg 0 --arg 3 --mode vjp | FileCheck %s --check-prefix=NOTHING
// RUN: autodiff-run %s --entry by_base --arg 0 --arg 2 --mode vjp | FileCheck %s --check-prefix=TWO
// RUN: autodiff-run %s --entry by_base --arg 0 --arg 1 --mode vjp | FileCheck %s --check-prefix=NOTHING
// RUN: autodiff-run %s --entry complex_slope --arg 0 --arg 0 --arg 2 --mode vjp | FileCheck %s --check-prefix=TWO
// RUN: autodiff-run %s --entry complex_slope --arg 0 --arg 0 --arg 0 --mode vjp | FileCheck %s --check-prefix=NOTHING
// NOTHING: grad-arg-0 {{.*}} {{-?}}0{{$}}
// TWO:     grad-arg-0 {{.*}} 2{{$}}

// Of the least exponent, 1 cannot be subtracted: -128 * 1.5^-129 = -2.4725...e-21.
// RUN: autodiff-run %s --entry least --arg 1.5 --mode vjp | FileCheck %s --check-prefix=LEAST
// RUN: autodiff-run %s --entry least_complex --arg 1.5 --mode vjp | FileCheck %s --check-prefix=LEAST
// LEAST: grad-arg-0 {{.*}} -2.4{{.*}}e-21
func.func private @power(%x: f64, %y: f64) -> f64 {
  %z = math.powf %x, %y : f64
  return %z : f64
}
func.func @by_base(%x: f64, %y: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %g = autodiff.vjp @power(%x, %y, %one) args [active, const] results [active_noneed] : (f64, f64, f64) -> f64
  return %g : f64
}
func.func @by_base_forward(%x: f64, %y: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %g = autodiff.jvp @power(%x, %one, %y) args [dup, const] results [dup_noneed] : (f64, f64, f64) -> f64
  return %g : f64
}
func.func @by_exponent(%x: f64, %y: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %g = autodiff.vjp @power(%x, %y, %one) args [const, active] results [active_noneed] : (f64, f64, f64) -> f64
  return %g : f64
}
func.func private @integer_power(%x: f64, %n: i32) -> f64 {
  %z = math.fpowi %x, %n : f64, i32
  return %z : f64
}
func.func @slope(%x: f64, %n: i32) -> f64 {
  %one = arith.constant 1.0 : f64
  %g = autodiff.vjp @integer_power(%x, %n, %one) args [active, const] results [active_noneed] : (f64, i32, f64) -> f64
  return %g : f64
}
func.func private @complex_power(%x: f64, %y: f64, %n: i32) -> f64 {
  %z = complex.create %x, %y : complex<f64>
  %w = complex.powi %z, %n : complex<f64>, i32
  %r = complex.re %w : complex<f64>
  return %r : f64
}
func.func @complex_slope(%x: f64, %y: f64, %n: i32) -> f64 {
  %one = arith.constant 1.0 : f64
  %g = autodiff.vjp @complex_power(%x, %y, %n, %one) args [active, const, const] results [active_noneed] : (f64, f64, i32, f64) -> f64
  return %g : f64
}
func.func @least(%x: f64) -> f64 {
  %n = arith.constant -128 : i8
  %z = math.fpowi %x, %n : f64, i8
  return %z : f64
}
func.func @least_complex(%x: f64) -> f64 {
  %n = arith.constant -128 : i8
  %zero = arith.constant 0.0 : f64
  %z = complex.create %x, %zero : complex<f64>
  %w = complex.powi %z, %n : complex<f64>, i8
  %r = complex.re %w : complex<f64>
  return %r : f64
}
