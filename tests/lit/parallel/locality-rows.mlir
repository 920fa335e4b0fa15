// A row-wise reduction adds to what its own row has: nothing is shared.
// RUN: autodiff-opt %s --autodiff-print-locality=function=rows -o %t | FileCheck %s --check-prefix=PRINT
// RUN: autodiff-opt %s --autodiff-wrap=function=rows --autodiff-differentiate --autodiff-lower | FileCheck %s
// RUN: autodiff-run %s --entry rows --arg rand:40x13:1 --arg rand:40:2 --mode check --threads 2
func.func @rows(%a: memref<?x?xf64>, %b: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %r = scf.for %j = %c0 to %m step %c1 iter_args(%sum = %zero) -> f64 {
      %x = memref.load %a[%i, %j] : memref<?x?xf64>
      %e = math.exp %x : f64
      %next = arith.addf %sum, %e : f64
      scf.yield %next : f64
    }
    %l = math.log %r : f64
    memref.store %l, %b[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
// PRINT: scf.parallel {{.*}}: as it is
// PRINT: autodiff.accumulate {{.*}}: distinct{{$}}
// CHECK-NOT: atomic_rmw
