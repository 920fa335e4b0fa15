// Several directions share a sum and its derivatives, which each multiplies by a cotangent of its own.
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry several --arg 0.7 --arg 40 --json | FileCheck %s --check-prefix=SAME
// A cotangent of zero meets an infinite derivative: the sum of square roots is zero, and so is the factor of its derivative.
// RUN: autodiff-run %s --entry weak --arg 0.0 --json | FileCheck %s --check-prefix=WEAK
// RUN: autodiff-run %s --entry strong --arg 0.0 --json | FileCheck %s --check-prefix=STRONG
// d/dx (3 sqrt(x))^2 = 9
// RUN: autodiff-run %s --entry strong --arg 0.25 --json | FileCheck %s --check-prefix=REGULAR
// SAME: "values":[0.0]
// WEAK: "values":["NaN"]
// STRONG: "values":[0.0]
// REGULAR: "values":[9.0]

// CHECK-LABEL: func.func private @f.vjp.active.dup.const.x2
// CHECK:         %[[PARTIALS:.*]] = autodiff.shadow(%{{.*}}) : memref<?xf64>
// CHECK:         scf.for
// CHECK:         %[[PARTIAL:.*]] = memref.load %[[PARTIALS]]
// CHECK-NEXT:    %[[ONE:.*]] = arith.mulf %[[PARTIAL]], %[[SEED:.*]] : f64
// CHECK-NEXT:    autodiff.accumulate %[[ONE]], %{{.*}}
// CHECK-NEXT:    %[[TWO:.*]] = arith.mulf %[[PARTIAL]],
// CHECK-NOT:     %[[SEED]]
// CHECK-NEXT:    autodiff.accumulate %[[TWO]], %{{.*}}
func.func private @f(%a: f64, %b: memref<3xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %k = arith.remui %i, %c3 : index
    %v = memref.load %b[%k] : memref<3xf64>
    %av = arith.mulf %a, %v : f64
    %e = math.exp %av : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %y = math.log %sum : f64
  return %y : f64
}
func.func @several(%a: f64, %n: index) -> f64 {
  %p = arith.constant 0.3 : f64
  %q = arith.constant -0.8 : f64
  %zero = arith.constant 0.0 : f64
  %c1 = arith.constant 1 : index
  %b = memref.alloc() : memref<3xf64>
  linalg.fill ins(%p : f64) outs(%b : memref<3xf64>)
  memref.store %q, %b[%c1] : memref<3xf64>
  %b0 = memref.alloc() : memref<3xf64>
  %b1 = memref.alloc() : memref<3xf64>
  %b2 = memref.alloc() : memref<3xf64>
  %b3 = memref.alloc() : memref<3xf64>
  linalg.fill ins(%zero : f64) outs(%b0 : memref<3xf64>)
  linalg.fill ins(%zero : f64) outs(%b1 : memref<3xf64>)
  linalg.fill ins(%zero : f64) outs(%b2 : memref<3xf64>)
  linalg.fill ins(%zero : f64) outs(%b3 : memref<3xf64>)
  %both:2 = autodiff.vjp @f(%a, %b, %b0, %b1, %n, %p, %q) args [active, dup, const] results [active_noneed] width 2
      : (f64, memref<3xf64>, memref<3xf64>, memref<3xf64>, index, f64, f64) -> (f64, f64)
  %one = autodiff.vjp @f(%a, %b, %b2, %n, %p) args [active, dup, const] results [active_noneed]
      : (f64, memref<3xf64>, memref<3xf64>, index, f64) -> f64
  %two = autodiff.vjp @f(%a, %b, %b3, %n, %q) args [active, dup, const] results [active_noneed]
      : (f64, memref<3xf64>, memref<3xf64>, index, f64) -> f64
  %d0 = call @difference(%both#0, %one, %b0, %b2) : (f64, f64, memref<3xf64>, memref<3xf64>) -> f64
  %d1 = call @difference(%both#1, %two, %b1, %b3) : (f64, f64, memref<3xf64>, memref<3xf64>) -> f64
  %d = arith.addf %d0, %d1 : f64
  return %d : f64
}
// No number where the derivatives are zero.
func.func private @difference(%s: f64, %t: f64, %a: memref<3xf64>, %b: memref<3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %d = arith.subf %s, %t : f64
  %start = math.absf %d : f64
  %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%acc = %start) -> f64 {
    %p = memref.load %a[%i] : memref<3xf64>
    %q = memref.load %b[%i] : memref<3xf64>
    %r = arith.subf %p, %q : f64
    %e = math.absf %r : f64
    %rel = arith.divf %e, %p : f64
    %next = arith.addf %acc, %rel : f64
    scf.yield %next : f64
  }
  return %sum : f64
}
// CHECK-LABEL: func.func private @roots.vjp.active.const
// CHECK:         scf.for
// CHECK-NOT:     scf.for
// CHECK:         return
func.func private @roots(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%s = %zero) -> f64 {
    %first = arith.cmpi slt, %i, %n : index
    %t = scf.if %first -> f64 {
      %root = math.powf %x, %half : f64
      %more = arith.addf %s, %root : f64
      scf.yield %more : f64
    } else {
      scf.yield %s : f64
    }
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}
func.func @weak(%x: f64) -> f64 {
  %c3 = arith.constant 3 : index
  %one = arith.constant 1.0 : f64
  %x_bar = autodiff.vjp @roots(%x, %c3, %one) args [active, const] results [active_noneed] : (f64, index, f64) -> f64
  return %x_bar : f64
}
func.func @strong(%x: f64) -> f64 {
  %c3 = arith.constant 3 : index
  %one = arith.constant 1.0 : f64
  %x_bar = autodiff.vjp @roots(%x, %c3, %one) args [active, const] results [active_noneed] strong_zero : (f64, index, f64) -> f64
  return %x_bar : f64
}
