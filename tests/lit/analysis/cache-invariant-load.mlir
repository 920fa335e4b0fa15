// An exponential of what an inner loop loads again and again is cached for each trip of the outer loop only.
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=outer" -o /dev/null | FileCheck %s --check-prefix=OUTER
// XFAIL: *
// Upstream's code motion leaves loads in loops, and the plan caches a value at its own depth only: 280 bytes.
func.func @outer(%a: memref<5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %inner = scf.for %j = %c0 to %c7 step %c1 iter_args(%u = %s) -> f64 {
      %x = memref.load %a[%i] : memref<5xf64>
      %e = math.exp %x : f64
      %y = memref.load %a[%c0] : memref<5xf64>
      %p = arith.mulf %e, %y : f64
      %t = arith.addf %u, %p : f64
      scf.yield %t : f64
    }
    scf.yield %inner : f64
  }
  return %sum : f64
}
// OUTER: math.exp at {{.*}}: cached, 8 bytes x 5{{$}}
// OUTER: total: 40 bytes
