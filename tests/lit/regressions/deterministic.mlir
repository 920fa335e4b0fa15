// The same input gives the same text: caches of an iteration that is run again are released in the order in which they were
// made.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate -o %t.1
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate -o %t.2
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate -o %t.3
// RUN: cmp %t.1 %t.2
// RUN: cmp %t.1 %t.3
// RUN: FileCheck %s < %t.1
// CHECK-COUNT-3: autodiff.free
func.func @f(%x: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %rows = memref.dim %x, %c0 : memref<?x?xf64>
  %columns = memref.dim %x, %c1 : memref<?x?xf64>
  %sum = scf.parallel (%i) = (%c0) to (%rows) step (%c1) init (%zero) -> f64 {
    %all:4 = scf.for %j = %c0 to %columns step %c1 iter_args(%a = %zero, %b = %one, %c = %one, %d = %one)
        -> (f64, f64, f64, f64) {
      %v = memref.load %x[%i, %j] : memref<?x?xf64>
      %p = arith.mulf %b, %v : f64
      %q = arith.mulf %c, %p : f64
      %r = arith.mulf %d, %q : f64
      %u = math.sin %p : f64
      %w = math.sin %q : f64
      %y = math.sin %r : f64
      %z = arith.addf %a, %r : f64
      scf.yield %z, %u, %w, %y : f64, f64, f64, f64
    }
    %square = arith.mulf %all#0, %all#0 : f64
    scf.reduce(%square : f64) {
    ^bb0(%one_side: f64, %other: f64):
      %both = arith.addf %one_side, %other : f64
      scf.reduce.return %both : f64
    }
  }
  return %sum : f64
}
