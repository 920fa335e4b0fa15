// A loop that starts above and below zero, and one with an empty and a negative range.
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg 2 --arg 7 --mode check
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg -4 --arg 4 --mode check
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg 4 --arg 4 --mode check
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg 7 --arg 2 --mode check
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg 7 --arg -2 --mode check
func.func @f(%a: memref<9xf64>, %lower: index, %upper: index) -> f64 {
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %init = arith.constant 0.5 : f64
  %y = scf.for %i = %lower to %upper step %c1 iter_args(%s = %init) -> f64 {
    %wrapped = arith.addi %i, %c9 : index
    %j = arith.remui %wrapped, %c9 : index
    %x = memref.load %a[%j] : memref<9xf64>
    %sx = arith.mulf %s, %x : f64
    %t = math.sin %sx : f64
    %next = arith.addf %t, %x : f64
    scf.yield %next : f64
  }
  return %y : f64
}
