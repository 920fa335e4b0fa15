// Adjoints of f16 and bf16 numbers that grow with every iteration are f32 in registers: 4096 ones add up to 4096.
// RUN: autodiff-opt %s --autodiff-wrap=function=counted --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=vector --autodiff-differentiate --autodiff-lower --autodiff-cpu-pipeline -o /dev/null
// RUN: autodiff-opt %s --autodiff-wrap=function=vector --autodiff-differentiate | FileCheck %s --check-prefix=VECTOR
// RUN: autodiff-run %s --entry counted --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry trips --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry parallel --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry parallel --arg 0.5 --arg zeros:4096 --mode vjp --threads 2 | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry branches --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry carried --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=SUM
// RUN: autodiff-run %s --entry complex --arg 0.5 --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=COMPLEX
// RUN: autodiff-run %s --entry counted --arg 0.5 --arg rand:50:1 --mode check
// RUN: autodiff-run %s --entry trips --arg 0.5 --arg rand:50:1 --mode check
// RUN: autodiff-run %s --entry complex --arg 0.5 --arg 0.5 --arg rand:50:1 --mode check

// The sum over i of s (1 + x[i]), where x is zero.
func.func @counted(%s: bf16, %x: memref<?xbf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : bf16
  %n = memref.dim %x, %c0 : memref<?xbf16>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero) -> f32 {
    %xi = memref.load %x[%i] : memref<?xbf16>
    %t = arith.addf %xi, %one : bf16
    %m = arith.mulf %s, %t : bf16
    %e = arith.extf %m : bf16 to f32
    %b = arith.addf %a, %e : f32
    scf.yield %b : f32
  }
  return %r : f32
}
func.func @trips(%s: f16, %x: memref<?xf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %most = arith.constant 1.0e6 : f32
  %one = arith.constant 1.0 : f16
  %n = memref.dim %x, %c0 : memref<?xf16>
  %r:2 = scf.while (%a = %zero, %i = %c0) : (f32, index) -> (f32, index) {
    %inside = arith.cmpi slt, %i, %n : index
    %small = arith.cmpf olt, %a, %most : f32
    %on = arith.andi %inside, %small : i1
    scf.condition(%on) %a, %i : f32, index
  } do {
  ^bb0(%a: f32, %i: index):
    %xi = memref.load %x[%i] : memref<?xf16>
    %t = arith.addf %xi, %one : f16
    %m = arith.mulf %s, %t : f16
    %e = arith.extf %m : f16 to f32
    %b = arith.addf %a, %e : f32
    %j = arith.addi %i, %c1 : index
    scf.yield %b, %j : f32, index
  }
  return %r#0 : f32
}
func.func @parallel(%s: bf16, %x: memref<?xbf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : bf16
  %n = memref.dim %x, %c0 : memref<?xbf16>
  %r = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%zero) -> f32 {
    %xi = memref.load %x[%i] : memref<?xbf16>
    %t = arith.addf %xi, %one : bf16
    %m = arith.mulf %s, %t : bf16
    %e = arith.extf %m : bf16 to f32
    scf.reduce(%e : f32) {
    ^bb0(%a: f32, %b: f32):
      %sum = arith.addf %a, %b : f32
      scf.reduce.return %sum : f32
    }
  }
  return %r : f32
}
func.func @branches(%s: f16, %x: memref<?xf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f16
  %n = memref.dim %x, %c0 : memref<?xf16>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero) -> f32 {
    %xi = memref.load %x[%i] : memref<?xf16>
    %t = arith.addf %xi, %one : f16
    %small = arith.cmpf olt, %t, %one : f16
    %m = scf.if %small -> f16 {
      %p = arith.mulf %t, %t : f16
      scf.yield %p : f16
    } else {
      %p = arith.mulf %s, %t : f16
      scf.yield %p : f16
    }
    %e = arith.extf %m : f16 to f32
    %b = arith.addf %a, %e : f32
    scf.yield %b : f32
  }
  return %r : f32
}
// The number itself is carried, and observed in every iteration.
func.func @carried(%s: bf16, %x: memref<?xbf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?xbf16>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero, %c = %s) -> (f32, bf16) {
    %xi = memref.load %x[%i] : memref<?xbf16>
    %e = arith.extf %c : bf16 to f32
    %b = arith.addf %a, %e : f32
    %d = arith.addf %c, %xi : bf16
    scf.yield %b, %d : f32, bf16
  }
  return %r#0 : f32
}
func.func @complex(%re: f16, %im: f16, %x: memref<?xf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f16
  %n = memref.dim %x, %c0 : memref<?xf16>
  %z = complex.create %re, %im : complex<f16>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero) -> f32 {
    %xi = memref.load %x[%i] : memref<?xf16>
    %t = arith.addf %xi, %one : f16
    %u = complex.create %t, %t : complex<f16>
    %m = complex.mul %z, %u : complex<f16>
    %p = complex.re %m : complex<f16>
    %e = arith.extf %p : f16 to f32
    %b = arith.addf %a, %e : f32
    scf.yield %b : f32
  }
  return %r : f32
}
func.func @vector(%s: vector<2xbf16>, %x: memref<?xvector<2xbf16>>, %y: memref<?xvector<2xf32>>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xvector<2xbf16>>
  scf.for %i = %c0 to %n step %c1 {
    %xi = memref.load %x[%i] : memref<?xvector<2xbf16>>
    %m = arith.mulf %s, %xi : vector<2xbf16>
    %e = arith.extf %m : vector<2xbf16> to vector<2xf32>
    memref.store %e, %y[%i] : memref<?xvector<2xf32>>
  }
  return
}
// CHECK-LABEL: func.func private @counted.vjp
// CHECK:         scf.for
// CHECK:         %[[TOTAL:.*]] = scf.for {{.*}} iter_args(%[[S:.*]] = %{{.*}}) -> (f32) {
// CHECK:           %[[NEXT:.*]] = arith.addf %[[S]], %{{.*}} : f32
// CHECK:           scf.yield %[[NEXT]] : f32
// CHECK:         arith.truncf %[[TOTAL]] : f32 to bf16
// SUM: grad-arg-0 {{.*}} 4096{{$}}
// COMPLEX: grad-arg-0 {{.*}} 4096{{$}}
// COMPLEX: grad-arg-1 {{.*}} -4096{{$}}
// VECTOR-LABEL: func.func private @vector.vjp
// VECTOR:         %[[S:.*]] = scf.for {{.*}} -> (vector<2xf32>) {
// VECTOR:         arith.truncf %[[S]] : vector<2xf32> to vector<2xbf16>
