// A square root is one instruction: it is computed again from what is there anyway; not if more than that is needed.
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=f -o /dev/null | FileCheck %s
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=far -o /dev/null | FileCheck %s --check-prefix=FAR
// RUN: autodiff-run %s --entry f --arg rand:5:1 --arg rand:5:2 --arg 5 --mode check
// RUN: autodiff-run %s --entry far --arg rand:5:1 --arg rand:5:2 --arg 5 --mode check
func.func @f(%a: memref<?xf64>, %b: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %y = memref.load %b[%i] : memref<?xf64>
    %d = arith.addf %x, %y : f64
    %dd = arith.mulf %d, %d : f64
    %e = math.sqrt %dd : f64
    %p = arith.mulf %e, %x : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
// CHECK:     math.sqrt at {{.*}}: recomputed
// CHECK-NOT: cached
func.func @far(%a: memref<?xf64>, %b: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %y = memref.load %b[%i] : memref<?xf64>
    %d = arith.addf %x, %y : f64
    %d.1 = arith.addf %d, %two : f64
    %e = math.sqrt %d.1 : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
// FAR: math.sqrt at {{.*}}: cached
