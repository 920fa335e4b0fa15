// Complex arithmetic between real arguments and results.
// RUN: autodiff-run %s --entry polynomial --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry polynomial --arg -0.7 --arg 2.0 --mode check
// RUN: autodiff-run %s --entry quotient --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry quotient --arg -0.7 --arg 2.0 --mode check
// RUN: autodiff-run %s --entry conjugated --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry conjugated --arg 0.7 --arg -2.0 --mode check
func.func @polynomial(%x: f64, %y: f64) -> f64 {
  %z = complex.create %x, %y : complex<f64>
  %zz = complex.mul %z, %z : complex<f64>
  %w = complex.add %zz, %z : complex<f64>
  %r = complex.abs %w : complex<f64>
  return %r : f64
}
func.func @quotient(%x: f64, %y: f64) -> (f64, f64) {
  %z = complex.create %x, %y : complex<f64>
  %e = complex.exp %z : complex<f64>
  %q = complex.div %e, %z : complex<f64>
  %a = complex.re %q : complex<f64>
  %b = complex.im %q : complex<f64>
  return %a, %b : f64, f64
}
func.func @conjugated(%x: f64, %y: f64) -> f64 {
  %z = complex.create %x, %y : complex<f64>
  %c = complex.conj %z : complex<f64>
  %s = complex.sqrt %z : complex<f64>
  %p = complex.mul %c, %s : complex<f64>
  %t = complex.angle %p : complex<f64>
  return %t : f64
}
