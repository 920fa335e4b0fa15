// Threads combine their sums as OpenMP's library says, but not by atomic updates; the other parts of a reduction stay.
// RUN: autodiff-opt %s --convert-scf-to-openmp --autodiff-lock-reductions | FileCheck %s
// RUN: autodiff-opt %s --autodiff-cpu-pipeline=openmp=true | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=LLVM
// RUN: autodiff-run %s --entry squares --arg rand:1000:1 --mode check --threads 2
// CHECK:      omp.declare_reduction @[[SUM:.*]] : f64 init {
// CHECK:      } combiner {
// CHECK:        arith.addf
// CHECK-NOT:  atomic
// CHECK:      func.func @squares
// CHECK:        omp.wsloop reduction(@[[SUM]]
// LLVM-NOT:   atomicrmw
// LLVM:       call i32 @__kmpc_reduce(
// LLVM-NOT:   atomicrmw
func.func @squares(%x: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  %s = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%zero) -> f64 {
    %v = memref.load %x[%i] : memref<?xf64>
    %vv = arith.mulf %v, %v : f64
    scf.reduce(%vv : f64) {
    ^bb0(%a: f64, %b: f64):
      %c = arith.addf %a, %b : f64
      scf.reduce.return %c : f64
    }
  }
  return %s : f64
}
