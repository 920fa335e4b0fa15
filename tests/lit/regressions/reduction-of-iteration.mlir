// The body of a reduction may use what its iteration computes: the loop folds its iterations, in order.
// RUN: autodiff-run %s --entry horner --arg rand:5:1 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry horner --arg rand:5:1 --arg 0.4 --mode check --threads 2
// RUN: autodiff-run %s --entry horner --arg rand:0:1 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry last --arg rand:3x4:1 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry several --arg rand:4:7 --arg 0.4 --mode check
// RUN: autodiff-opt %s --autodiff-expand-reductions | FileCheck %s

// CHECK-LABEL: func.func @horner
// CHECK-NOT: scf.parallel
// CHECK: scf.for {{.*}} iter_args
func.func @horner(%a: memref<?xf64>, %start: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %r = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%start) -> f64 {
    %e = memref.load %a[%i] : memref<?xf64>
    %x = math.sin %e : f64
    scf.reduce(%e : f64) {
    ^bb0(%sum: f64, %term: f64):
      %p = arith.mulf %sum, %x : f64
      %q = arith.addf %p, %term : f64
      scf.reduce.return %q : f64
    }
  }
  return %r : f64
}

// Neither value is used: the last iteration wins.
func.func @last(%a: memref<3x4xf64>, %start: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %r = scf.parallel (%i, %j) = (%c0, %c1) to (%c3, %c4) step (%c1, %c1) init (%start) -> f64 {
    %e = memref.load %a[%i, %j] : memref<3x4xf64>
    %x = arith.mulf %e, %e : f64
    scf.reduce(%e : f64) {
    ^bb0(%sum: f64, %term: f64):
      scf.reduce.return %x : f64
    }
  }
  return %r : f64
}

func.func @several(%a: memref<?xf64>, %start: f64) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %r:2 = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%start, %start) -> (f64, f64) {
    %e = memref.load %a[%i] : memref<?xf64>
    %positive = arith.cmpf ogt, %e, %start : f64
    scf.reduce(%e, %e : f64, f64) {
    ^bb0(%sum: f64, %term: f64):
      %q = arith.addf %sum, %term : f64
      scf.reduce.return %q : f64
    }, {
    ^bb0(%sum: f64, %term: f64):
      %q = scf.if %positive -> f64 {
        %p = arith.mulf %sum, %term : f64
        scf.yield %p : f64
      } else {
        scf.yield %sum : f64
      }
      scf.reduce.return %q : f64
    }
  }
  return %r#0, %r#1 : f64, f64
}
