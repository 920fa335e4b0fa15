// A dimension that no buffer has, or that is computed, does not reach MLIR's canonicalisation, which crashes on it.
// RUN: autodiff-opt %s --autodiff-wrap=function=below --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-cpu-pipeline
// RUN: autodiff-opt %s --autodiff-gpu-host-pipeline
// RUN: autodiff-opt %s --autodiff-nvvm-pipeline=chip=sm_80
// RUN: autodiff-run %s --entry computed --arg rand:3x5:1 --arg 1 | FileCheck %s --check-prefix=SECOND
// RUN: autodiff-run %s --entry computed --arg rand:3x5:1 --arg 0 --mode check

// CHECK-LABEL: func.func private @below.vjp
// CHECK-NOT: constant -
// CHECK: return
func.func @below(%a: memref<?xf64>, %x: f64) -> f64 {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c-2 = arith.subi %c1, %c3 : index
  %c-1 = arith.constant -1 : index
  %n = memref.dim %a, %c-1 : memref<?xf64>
  %m = memref.dim %a, %c-2 : memref<?xf64>
  %k = arith.addi %n, %m : index
  %i = arith.index_cast %k : index to i64
  %f = arith.sitofp %i : i64 to f64
  %y = arith.mulf %f, %x : f64
  return %y : f64
}

// SECOND: result-0 {{.*}} 5
func.func @computed(%a: memref<?x?xf64>, %d: index) -> f64 {
  %c0 = arith.constant 0 : index
  %n = memref.dim %a, %d : memref<?x?xf64>
  %i = arith.index_cast %n : index to i64
  %f = arith.sitofp %i : i64 to f64
  %v = memref.load %a[%c0, %c0] : memref<?x?xf64>
  %w = arith.mulf %v, %v : f64
  %z = arith.subf %w, %w : f64
  %y = arith.addf %f, %z : f64
  return %y : f64
}
