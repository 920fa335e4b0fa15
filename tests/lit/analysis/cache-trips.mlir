// The bytes of a cache: rounded up trip counts, formulas, and stacks where the inner count changes or is not known.
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=nest -o /dev/null | FileCheck %s --check-prefix=NEST
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=triangle -o /dev/null | FileCheck %s --check-prefix=TRIANGLE
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=search -o /dev/null | FileCheck %s --check-prefix=WHILE
func.func @nest(%a: memref<?xf64>, %m: index, %n: index) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c12 = arith.constant 12 : index
  scf.for %i = %c1 to %c12 step %c4 {
    scf.for %j = %m to %n step %c4 {
      %x = memref.load %a[%j] : memref<?xf64>
      %y = math.exp %x : f64
      memref.store %y, %a[%j] : memref<?xf64>
    }
  }
  return
}
// Trips of the outer loop: 1, 5 and 9.
// NEST: math.exp at {{.*}}: cached, 8 bytes x 3 x ceil((%arg2 - %arg1) / 4){{$}}
// NEST: total: 24 x ceil((%arg2 - %arg1) / 4) bytes
func.func @triangle(%a: memref<?xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %i step %c1 {
      %x = memref.load %a[%j] : memref<?xf64>
      %y = math.exp %x : f64
      memref.store %y, %a[%j] : memref<?xf64>
    }
  }
  return
}
// TRIANGLE: math.exp at {{.*}}: cached, 8 bytes x %arg1 x %[[I:.*]], a stack
func.func @search(%x: f64, %limit: f64) -> f64 {
  %y = scf.while (%v = %x) : (f64) -> f64 {
    %more = arith.cmpf olt, %v, %limit : f64
    scf.condition(%more) %v : f64
  } do {
  ^bb0(%v: f64):
    %w = math.exp %v : f64
    scf.yield %w : f64
  }
  return %y : f64
}
// WHILE: math.exp at {{.*}}: cached, 8 bytes x trips, a stack
