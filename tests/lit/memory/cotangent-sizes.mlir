// A cotangent of a returned buffer with other sizes than the buffer stops the program; static sizes are not compared.
// RUN: autodiff-run %s --entry right --arg rand:4:1 | FileCheck %s --check-prefix=RIGHT
// RUN: not autodiff-run %s --entry short --arg rand:4:1 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: not autodiff-run %s --entry long --arg rand:4:1 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// The gradient of the sum is twice the number of elements.
// RIGHT: result-0 {{.*}} 8
// SHORT: the cotangent of result #0 has other sizes than the result
// CHECK-LABEL: func.func private @doubled.vjp
// CHECK-COUNT-1: cf.assert
// CHECK-NOT:   cf.assert
// CHECK:       return
func.func private @doubled(%a: memref<?x2xf64>) -> memref<?x2xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %a, %c0 : memref<?x2xf64>
  %b = memref.alloc(%n) : memref<?x2xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      %v = memref.load %a[%i, %j] : memref<?x2xf64>
      %w = arith.addf %v, %v : f64
      memref.store %w, %b[%i, %j] : memref<?x2xf64>
    }
  }
  return %b : memref<?x2xf64>
}
func.func private @gradient(%v: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %a = memref.alloc(%c2) : memref<?x2xf64>
  %a_bar = autodiff.shadow(%c2) : memref<?x2xf64>
  %b_bar = memref.alloc(%n) : memref<?x2xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %one, %b_bar[%i, %j] : memref<?x2xf64>
    }
  }
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %v, %a[%i, %j] : memref<?x2xf64>
    }
  }
  autodiff.vjp @doubled(%a, %a_bar, %b_bar) args [dup] results [active_noneed]
    : (memref<?x2xf64>, memref<?x2xf64>, memref<?x2xf64>) -> ()
  %sum = scf.for %i = %c0 to %c2 step %c1 iter_args(%s = %zero) -> f64 {
    %t = scf.for %j = %c0 to %c2 step %c1 iter_args(%u = %s) -> f64 {
      %x = memref.load %a_bar[%i, %j] : memref<?x2xf64>
      %w = arith.addf %u, %x : f64
      scf.yield %w : f64
    }
    scf.yield %t : f64
  }
  return %sum : f64
}
func.func @right(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %n = arith.constant 2 : index
  %v = memref.load %a[%c0] : memref<4xf64>
  %r = call @gradient(%v, %n) : (f64, index) -> f64
  return %r : f64
}
func.func @short(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %n = arith.constant 1 : index
  %v = memref.load %a[%c0] : memref<4xf64>
  %r = call @gradient(%v, %n) : (f64, index) -> f64
  return %r : f64
}
func.func @long(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %n = arith.constant 3 : index
  %v = memref.load %a[%c0] : memref<4xf64>
  %r = call @gradient(%v, %n) : (f64, index) -> f64
  return %r : f64
}
