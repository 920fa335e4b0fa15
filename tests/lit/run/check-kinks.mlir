// Differences say nothing at a kink, at a jump, or where a count of iterations changes: the check leaves them out, says
// so, and fails if nothing is left.
// RUN: autodiff-run %s --entry ramps --arg @%S/Inputs/around-zero.npy --mode check --entries 8 | FileCheck %s --check-prefix=SOME
// RUN: not autodiff-run %s --entry ramps --arg zeros:5 --mode check | FileCheck %s --check-prefix=NONE
// RUN: autodiff-run %s --entry ramps --arg rand:5:3 --mode check | FileCheck %s --check-prefix=ALL
// RUN: autodiff-run %s --entry repeat --arg 0.4 --arg 3 --mode check | FileCheck %s --check-prefix=COUNT
// RUN: not autodiff-run %s --entry ramps --arg @%S/Inputs/around-zero.npy --mode check --rules %S/Inputs/ramp.rules | FileCheck %s --check-prefix=WRONG
// SOME:  error entry {{.*}}ok
// SOME:  compared {{.*}}directions 0, entries of gradients 3
// SOME:  differences {{.*}}not trusted {{.*}}3 of 3 directions, 2 of 5 entries
// NONE:  error entry {{.*}}unknown
// NONE:  differences {{.*}}not trusted
// ALL:   compared {{.*}}directions 3, entries of gradients 4
// ALL-NOT: not trusted
// COUNT: differences {{.*}}not trusted {{.*}}3 of 3 directions, 1 of 2 entries
// WRONG: error entry {{.*}}failed
func.func @ramps(%x: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %x[%i] : memref<5xf64>
    %ramp = arith.maximumf %v, %zero : f64
    %next = arith.addf %s, %ramp : f64
    scf.yield %next : f64
  }
  return %sum : f64
}
func.func @repeat(%x: f64, %times: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %y:2 = scf.while (%p = %x, %k = %zero) : (f64, f64) -> (f64, f64) {
    %more = arith.cmpf olt, %k, %times : f64
    scf.condition(%more) %p, %k : f64, f64
  } do {
  ^bb0(%p: f64, %k: f64):
    %q = math.cos %p : f64
    %next = arith.addf %k, %one : f64
    scf.yield %q, %next : f64, f64
  }
  return %y#0 : f64
}
