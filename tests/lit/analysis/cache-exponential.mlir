// An exponential costs more to compute again than to cache; a difference of loads costs less.
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<?xf64>, %b: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %y = memref.load %b[%i] : memref<?xf64>
    %d = arith.subf %x, %y : f64
    %dd = arith.mulf %d, %d : f64
    %e = math.exp %dd : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
// CHECK:      memref.load at {{.*}}: recomputed
// CHECK-NEXT: memref.load at {{.*}}: recomputed
// CHECK-NEXT: arith.subf at {{.*}}: recomputed
// CHECK-NEXT: math.exp at {{.*}}: cached, 8 bytes x %arg2
// CHECK-NEXT: total: 8 x %arg2 bytes
