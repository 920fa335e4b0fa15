// Steps other than 1, and ranges that the step does not divide: the trip count is rounded up.
// RUN: autodiff-run %s --entry static --arg rand:16:1 --mode check
// RUN: autodiff-run %s --entry dynamic --arg rand:16:1 --arg 1 --arg 14 --arg 3 --mode check
// RUN: autodiff-run %s --entry dynamic --arg rand:16:1 --arg 0 --arg 16 --arg 4 --mode check
// RUN: autodiff-run %s --entry dynamic --arg rand:16:1 --arg 3 --arg 4 --arg 100 --mode check
// RUN: autodiff-run %s --entry dynamic --arg rand:16:1 --arg 9 --arg 2 --arg 3 --mode check
// RUN: autodiff-run %s --entry strided --arg rand:8:3 --mode vjp --json | FileCheck %s
func.func @static(%a: memref<16xf64>) -> f64 {
  %c2 = arith.constant 2 : index
  %c15 = arith.constant 15 : index
  %c5 = arith.constant 5 : index
  %init = arith.constant 1.0 : f64
  %y = scf.for %i = %c2 to %c15 step %c5 iter_args(%s = %init) -> f64 {
    %x = memref.load %a[%i] : memref<16xf64>
    %next = arith.mulf %s, %x : f64
    scf.yield %next : f64
  }
  return %y : f64
}
func.func @dynamic(%a: memref<16xf64>, %lower: index, %upper: index, %step: index) -> f64 {
  %init = arith.constant 1.0 : f64
  %y = scf.for %i = %lower to %upper step %step iter_args(%s = %init) -> f64 {
    %x = memref.load %a[%i] : memref<16xf64>
    %product = arith.mulf %s, %x : f64
    %next = math.exp %product : f64
    scf.yield %next : f64
  }
  return %y : f64
}
// Elements 1, 4 and 7 are visited, each with a derivative of 1.
// CHECK: "gradients":[{"index":0,{{.*}}"values":[0.0,1.0,0.0,0.0,1.0,0.0,0.0,1.0]
func.func @strided(%a: memref<8xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c3 = arith.constant 3 : index
  %init = arith.constant 0.0 : f64
  %y = scf.for %i = %c1 to %c8 step %c3 iter_args(%s = %init) -> f64 {
    %x = memref.load %a[%i] : memref<8xf64>
    %next = arith.addf %s, %x : f64
    scf.yield %next : f64
  }
  return %y : f64
}
