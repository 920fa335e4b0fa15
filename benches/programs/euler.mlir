// The van der Pol oscillator by explicit Euler steps; (x, y)' = (y, mu (1 - x^2) y - x).
//
//   J = sum over steps dt x^2 (x before the step) + 1/2 (x_n^2 + y_n^2)
//
//   autodiff-run benches/programs/euler.mlir --entry euler --arg 1.5 --arg 0.5 --arg 1 --arg 100 --arg 1e-3 \
//     --activity active,active,active,const,const --mode vjp
func.func @euler(%x0: f64, %y0: f64, %mu: f64, %n: index, %dt: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %r:3 = scf.for %t = %c0 to %n step %c1 iter_args(%j = %zero, %x = %x0, %y = %y0) -> (f64, f64, f64) {
    %j.1 = arith.mulf %dt, %x : f64
    %j.2 = arith.mulf %j.1, %x : f64
    %j.3 = arith.addf %j, %j.2 : f64
    %dy = arith.mulf %x, %x : f64
    %dy.1 = arith.subf %one, %dy : f64
    %dy.2 = arith.mulf %mu, %dy.1 : f64
    %dy.3 = arith.mulf %dy.2, %y : f64
    %dy.4 = arith.subf %dy.3, %x : f64
    %x.1 = arith.mulf %dt, %y : f64
    %x.2 = arith.addf %x, %x.1 : f64
    %y.1 = arith.mulf %dt, %dy.4 : f64
    %y.2 = arith.addf %y, %y.1 : f64
    scf.yield %j.3, %x.2, %y.2 : f64, f64, f64
  }
  %j.4 = arith.mulf %r#1, %r#1 : f64
  %j.5 = arith.mulf %r#2, %r#2 : f64
  %j.6 = arith.addf %j.4, %j.5 : f64
  %j.7 = arith.mulf %half, %j.6 : f64
  %j.8 = arith.addf %r#0, %j.7 : f64
  return %j.8 : f64
}

func.func @euler_gradient(%x0: f64, %y0: f64, %mu: f64, %n: index, %dt: f64, %p_bar: memref<?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f64
  %bar:3 = autodiff.vjp @euler(%x0, %y0, %mu, %n, %dt, %one) args [active, active, active, const, const]
    results [active_noneed] : (f64, f64, f64, index, f64, f64) -> (f64, f64, f64)
  memref.store %bar#0, %p_bar[%c0] : memref<?xf64>
  memref.store %bar#1, %p_bar[%c1] : memref<?xf64>
  memref.store %bar#2, %p_bar[%c2] : memref<?xf64>
  return
}
