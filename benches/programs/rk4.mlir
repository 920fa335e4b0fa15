// The van der Pol oscillator by the classical Runge-Kutta method; (x, y)' = (y, mu (1 - x^2) y - x).
//
//   J = sum over steps dt x^2 (x before the step) + 1/2 (x_n^2 + y_n^2)
//
//   autodiff-run benches/programs/rk4.mlir --entry rk4 --arg 1.5 --arg 0.5 --arg 1 --arg 100 --arg 1e-3 \
//     --activity active,active,active,const,const --mode vjp
func.func private @rhs(%mu: f64, %x: f64, %y: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %j = arith.mulf %x, %x : f64
  %j.1 = arith.subf %one, %j : f64
  %j.2 = arith.mulf %mu, %j.1 : f64
  %j.3 = arith.mulf %j.2, %y : f64
  %j.4 = arith.subf %j.3, %x : f64
  return %j.4 : f64
}

func.func @rk4(%x0: f64, %y0: f64, %mu: f64, %n: index, %dt: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %two = arith.constant 2.0 : f64
  %f6.0 = arith.constant 6.0 : f64
  %h = arith.mulf %half, %dt : f64
  %sixth = arith.divf %dt, %f6.0 : f64
  %r:3 = scf.for %t = %c0 to %n step %c1 iter_args(%j = %zero, %x = %x0, %y = %y0) -> (f64, f64, f64) {
    %j.1 = arith.mulf %dt, %x : f64
    %j.2 = arith.mulf %j.1, %x : f64
    %j.3 = arith.addf %j, %j.2 : f64
    %b1 = func.call @rhs(%mu, %x, %y) : (f64, f64, f64) -> f64
    %y2 = arith.mulf %h, %b1 : f64
    %y2.1 = arith.addf %y, %y2 : f64
    %b2 = arith.mulf %h, %y : f64
    %b2.1 = arith.addf %x, %b2 : f64
    %b2.2 = func.call @rhs(%mu, %b2.1, %y2.1) : (f64, f64, f64) -> f64
    %y3 = arith.mulf %h, %b2.2 : f64
    %y3.1 = arith.addf %y, %y3 : f64
    %b3 = arith.mulf %h, %y2.1 : f64
    %b3.1 = arith.addf %x, %b3 : f64
    %b3.2 = func.call @rhs(%mu, %b3.1, %y3.1) : (f64, f64, f64) -> f64
    %y4 = arith.mulf %dt, %b3.2 : f64
    %y4.1 = arith.addf %y, %y4 : f64
    %b4 = arith.mulf %dt, %y3.1 : f64
    %b4.1 = arith.addf %x, %b4 : f64
    %b4.2 = func.call @rhs(%mu, %b4.1, %y4.1) : (f64, f64, f64) -> f64
    %x.1 = arith.mulf %two, %y2.1 : f64
    %x.2 = arith.addf %y, %x.1 : f64
    %x.3 = arith.mulf %two, %y3.1 : f64
    %x.4 = arith.addf %x.2, %x.3 : f64
    %x.5 = arith.addf %x.4, %y4.1 : f64
    %x.6 = arith.mulf %sixth, %x.5 : f64
    %x.7 = arith.addf %x, %x.6 : f64
    %y.1 = arith.mulf %two, %b2.2 : f64
    %y.2 = arith.addf %b1, %y.1 : f64
    %y.3 = arith.mulf %two, %b3.2 : f64
    %y.4 = arith.addf %y.2, %y.3 : f64
    %y.5 = arith.addf %y.4, %b4.2 : f64
    %y.6 = arith.mulf %sixth, %y.5 : f64
    %y.7 = arith.addf %y, %y.6 : f64
    scf.yield %j.3, %x.7, %y.7 : f64, f64, f64
  }
  %j.4 = arith.mulf %r#1, %r#1 : f64
  %j.5 = arith.mulf %r#2, %r#2 : f64
  %j.6 = arith.addf %j.4, %j.5 : f64
  %j.7 = arith.mulf %half, %j.6 : f64
  %j.8 = arith.addf %r#0, %j.7 : f64
  return %j.8 : f64
}

func.func @rk4_gradient(%x0: f64, %y0: f64, %mu: f64, %n: index, %dt: f64, %p_bar: memref<?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f64
  %bar:3 = autodiff.vjp @rk4(%x0, %y0, %mu, %n, %dt, %one) args [active, active, active, const, const]
    results [active_noneed] : (f64, f64, f64, index, f64, f64) -> (f64, f64, f64)
  memref.store %bar#0, %p_bar[%c0] : memref<?xf64>
  memref.store %bar#1, %p_bar[%c1] : memref<?xf64>
  memref.store %bar#2, %p_bar[%c2] : memref<?xf64>
  return
}
