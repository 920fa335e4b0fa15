// Shadows that may be the same memory are compared when the program runs: one chunk where they overlap.
// RUN: autodiff-run %s --entry driver --arg zeros:100 --threads 2 | FileCheck %s
func.func @shifted(%a: memref<?xf64>, %b: memref<?xf64>, %c: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %c, %c0 : memref<?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %j = arith.addi %i, %c1 : index
    %x = memref.load %a[%i] : memref<?xf64>
    %y = memref.load %b[%j] : memref<?xf64>
    %z = arith.mulf %x, %y : f64
    memref.store %z, %c[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
func.func @driver(%shadow: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %n = memref.dim %shadow, %c0 : memref<?xf64>
  %m = arith.subi %n, %c1 : index
  %x = memref.alloc(%n) : memref<?xf64>
  %c = memref.alloc(%m) : memref<?xf64>
  %c_shadow = memref.alloc(%m) : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {
    memref.store %one, %x[%i] : memref<?xf64>
  }
  scf.for %i = %c0 to %m step %c1 {
    memref.store %one, %c_shadow[%i] : memref<?xf64>
  }
  autodiff.vjp @shifted(%x, %shadow, %x, %shadow, %c, %c_shadow) args [dup, dup, dup] results []
    : (memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>) -> ()
  %total = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> f64 {
    %s = memref.load %shadow[%i] : memref<?xf64>
    %next = arith.addf %sum, %s : f64
    scf.yield %next : f64
  }
  memref.dealloc %x : memref<?xf64>
  memref.dealloc %c : memref<?xf64>
  memref.dealloc %c_shadow : memref<?xf64>
  return %total : f64
}
// All elements but the first and the last are used twice: 1 + 98 * 2 + 1.
// CHECK: result-0 {{.*}} 198{{$}}
// CHECK: arg-0 {{.*}} min 1{{.*}}, max 2{{.*}}, [1, 2, 2, 2, ...]
