// Maxima and minima on both sides of the tie; NaN in one operand passes the derivative to the other.
// RUN: autodiff-run %s --entry maximumf_of --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry maximumf_of --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry maximumf_of --arg -0.7 --arg -0.3 --mode check
// RUN: autodiff-run %s --entry minimumf_of --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry minimumf_of --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry minimumf_of --arg -0.7 --arg -0.3 --mode check
// RUN: autodiff-run %s --entry maxnumf_of --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry maxnumf_of --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry minnumf_of --arg 0.7 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry minnumf_of --arg 0.3 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry absf_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry absf_of --arg -0.7 --mode check
// RUN: autodiff-run %s --entry absf_of --arg 1.0e-4 --mode check
// RUN: autodiff-run %s --entry copysign_of --arg 0.7 --arg -2.0 --mode check
// RUN: autodiff-run %s --entry copysign_of --arg -0.7 --arg -2.0 --mode check
// RUN: autodiff-run %s --entry copysign_of --arg -0.7 --arg 2.0 --mode check
// RUN: autodiff-run %s --entry clampf_of --arg 0.7 --mode check
// RUN: autodiff-run %s --entry clampf_of --arg -0.7 --mode check
// RUN: autodiff-run %s --entry clampf_of --arg 2.0 --mode check
// RUN: autodiff-run %s --entry bounds_of --arg 0.7 --arg 0.0 --arg 1.0 --mode check
// RUN: autodiff-run %s --entry bounds_of --arg -0.7 --arg 0.0 --arg 1.0 --mode check
// RUN: autodiff-run %s --entry bounds_of --arg 1.7 --arg 0.0 --arg 1.0 --mode check

// At a tie the first operand takes all, and |x| is flat at 0.
// RUN: autodiff-run %s --entry maximumf_of --arg 0.5 --arg 0.5 --mode vjp --json | FileCheck %s --check-prefix=FIRST
// RUN: autodiff-run %s --entry minimumf_of --arg 0.5 --arg 0.5 --mode vjp --json | FileCheck %s --check-prefix=FIRST
// FIRST: "gradients":[{"index":0,{{.*}}"values":[1.0]{{.*}}{"index":1,{{.*}}"values":[0.0]
// RUN: autodiff-run %s --entry absf_of --arg 0.0 --mode vjp --json | FileCheck %s --check-prefix=FLAT
// FLAT: "gradients":[{"index":0,{{.*}}"values":[0.0]
// RUN: autodiff-run %s --entry maxnumf_of --arg nan --arg 0.5 --mode vjp --json | FileCheck %s --check-prefix=SECOND
// SECOND: "gradients":[{"index":0,{{.*}}"values":[0.0]{{.*}}{"index":1,{{.*}}"values":[1.0]
func.func @maximumf_of(%x: f64, %y: f64) -> f64 {
  %z = arith.maximumf %x, %y : f64
  return %z : f64
}
func.func @minimumf_of(%x: f64, %y: f64) -> f64 {
  %z = arith.minimumf %x, %y : f64
  return %z : f64
}
func.func @maxnumf_of(%x: f64, %y: f64) -> f64 {
  %z = arith.maxnumf %x, %y : f64
  return %z : f64
}
func.func @minnumf_of(%x: f64, %y: f64) -> f64 {
  %z = arith.minnumf %x, %y : f64
  return %z : f64
}
func.func @absf_of(%x: f64) -> f64 {
  %y = math.absf %x : f64
  return %y : f64
}
func.func @copysign_of(%x: f64, %y: f64) -> f64 {
  %z = math.copysign %x, %y : f64
  return %z : f64
}
func.func @clampf_of(%x: f64) -> f64 {
  %low = arith.constant -0.5 : f64
  %high = arith.constant 1.5 : f64
  %y = math.clampf %x to [%low, %high] : f64
  return %y : f64
}
func.func @bounds_of(%x: f64, %a: f64, %b: f64) -> f64 {
  %y = math.clampf %x to [%a, %b] : f64
  return %y : f64
}
