// The log-determinant of A A^T + n I by an in-place Cholesky factorisation: triangular loops that overwrite what they
// read, a division by what was just stored, and a copy of the input.
// RUN: autodiff-run %s --entry log_determinant --arg rand:5x5:1 --mode check
// RUN: autodiff-run %s --entry log_determinant --arg rand:1x1:1 --mode check
// The determinant of [[2]] is 4 + 1: the logarithm has the derivative 2 * 2 / 5.
// RUN: autodiff-run %s --entry log_determinant_of_one --arg 2.0 --mode vjp --json | FileCheck %s
// CHECK: "gradients":[{"index":0,{{.*}}"values":[0.{{8|79999999|80000000}}
func.func @log_determinant(%a: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %bits = arith.index_cast %n : index to i64
  %shift = arith.sitofp %bits : i64 to f64
  %l = memref.alloc(%n, %n) : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %same = arith.cmpi eq, %i, %j : index
      %init = arith.select %same, %shift, %zero : f64
      %dot = scf.for %k = %c0 to %n step %c1 iter_args(%s = %init) -> f64 {
        %x = memref.load %a[%i, %k] : memref<?x?xf64>
        %y = memref.load %a[%j, %k] : memref<?x?xf64>
        %xy = arith.mulf %x, %y : f64
        %t = arith.addf %s, %xy : f64
        scf.yield %t : f64
      }
      memref.store %dot, %l[%i, %j] : memref<?x?xf64>
    }
  }
  scf.for %j = %c0 to %n step %c1 {
    scf.for %k = %c0 to %j step %c1 {
      %ljk = memref.load %l[%j, %k] : memref<?x?xf64>
      scf.for %i = %j to %n step %c1 {
        %lik = memref.load %l[%i, %k] : memref<?x?xf64>
        %lij = memref.load %l[%i, %j] : memref<?x?xf64>
        %p = arith.mulf %lik, %ljk : f64
        %d = arith.subf %lij, %p : f64
        memref.store %d, %l[%i, %j] : memref<?x?xf64>
      }
    }
    %pivot = memref.load %l[%j, %j] : memref<?x?xf64>
    %root = math.sqrt %pivot : f64
    memref.store %root, %l[%j, %j] : memref<?x?xf64>
    %below = arith.addi %j, %c1 : index
    scf.for %i = %below to %n step %c1 {
      %lij = memref.load %l[%i, %j] : memref<?x?xf64>
      %ljj = memref.load %l[%j, %j] : memref<?x?xf64>
      %q = arith.divf %lij, %ljj : f64
      memref.store %q, %l[%i, %j] : memref<?x?xf64>
    }
  }
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %l[%i, %i] : memref<?x?xf64>
    %log = math.log %x : f64
    %t = arith.addf %s, %log : f64
    scf.yield %t : f64
  }
  memref.dealloc %l : memref<?x?xf64>
  %two = arith.constant 2.0 : f64
  %y = arith.mulf %two, %sum : f64
  return %y : f64
}
func.func @log_determinant_of_one(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %a = memref.alloca() : memref<1x1xf64>
  memref.store %x, %a[%c0, %c0] : memref<1x1xf64>
  %b = memref.cast %a : memref<1x1xf64> to memref<?x?xf64>
  %y = call @log_determinant(%b) : (memref<?x?xf64>) -> f64
  return %y : f64
}
