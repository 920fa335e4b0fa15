// An output that is zero but for rounding is compared with the rounding of what was summed, not with itself.
// RUN: autodiff-run %s --entry shares --arg @%S/Inputs/thirds.npy --mode check
// RUN: autodiff-run %s --entry shares --arg rand:7:1 --mode check
// RUN: autodiff-run %s --entry shares --arg rand:7:4 --mode check --width 2
// RUN: autodiff-run %s --entry shares_only --arg rand:7:1 --mode check
// The derivative of a sum of shares is that of 1, whatever the order of the sum: a wrong one is still seen.
// RUN: not autodiff-run %s --entry shares --arg rand:7:1 --mode check --rules %S/Inputs/share.rules
func.func private @sum_of_shares(%x: memref<7xf64>) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %total = scf.for %i = %c0 to %c7 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %x[%i] : memref<7xf64>
    %e = math.exp %v : f64
    %next = arith.addf %s, %e : f64
    scf.yield %next : f64
  }
  %all = scf.for %i = %c0 to %c7 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %x[%i] : memref<7xf64>
    %e = math.exp %v : f64
    %share = arith.divf %e, %total : f64
    %next = arith.addf %s, %share : f64
    scf.yield %next : f64
  }
  %rest = arith.subf %all, %one : f64
  return %rest, %total : f64, f64
}
func.func @shares(%x: memref<7xf64>) -> (f64, f64) {
  %rest, %total = call @sum_of_shares(%x) : (memref<7xf64>) -> (f64, f64)
  return %rest, %total : f64, f64
}
func.func @shares_only(%x: memref<7xf64>) -> f64 {
  %rest, %total = call @sum_of_shares(%x) : (memref<7xf64>) -> (f64, f64)
  return %rest : f64
}
