// Iterations do not run together where memory may be the same, where one iteration reads what another has written elsewhere in its row, where inner
// loops run differently, where indices may name one place twice, where a loop carries something, or where nothing is shared.
// RUN: autodiff-opt %s --autodiff-jam-loops | FileCheck %s
// RUN: autodiff-run %s --entry rows --arg rand:9x9:1 --arg rand:9:2 --mode check
// CHECK-NOT: arith.remui
!m = memref<?x?xf64>
// No argument is marked.
func.func @unknown(%a: !m, %b: !m, %c: !m, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    scf.for %k = %c0 to %n step %c1 {
      scf.for %j = %c0 to %n step %c1 {
        %y = memref.load %b[%k, %j] : !m
        %old = memref.load %c[%i, %j] : !m
        %new = arith.addf %old, %y : f64
        memref.store %new, %c[%i, %j] : !m
      }
    }
  }
  return
}
// Row k + 1 depends on row k, backwards.
func.func @rows(%a: !m {llvm.noalias}, %x: memref<?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = memref.dim %a, %c0 : !m
  %n = arith.subi %m, %c1 : index
  scf.for %k = %c0 to %n step %c1 {
    %next = arith.addi %k, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %back = arith.subi %n, %j : index
      %y = memref.load %a[%k, %back] : !m
      memref.store %y, %a[%next, %j] : !m
      %old = memref.load %x[%j] : memref<?xf64>
      %new = arith.addf %old, %y : f64
      memref.store %new, %x[%j] : memref<?xf64>
    }
  }
  return
}
// The element before is that of an iteration of the inner loop.
func.func @neighbours(%a: memref<?xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %k = %c0 to %n step %c1 {
    scf.for %j = %c1 to %n step %c1 {
      %before = arith.subi %j, %c1 : index
      %y = memref.load %a[%before] : memref<?xf64>
      %old = memref.load %a[%j] : memref<?xf64>
      %new = arith.addf %old, %y : f64
      memref.store %new, %a[%j] : memref<?xf64>
    }
  }
  return
}
func.func @triangle(%b: !m {llvm.noalias}, %c: memref<?xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %k = %c0 to %n step %c1 {
    scf.for %j = %k to %n step %c1 {
      %y = memref.load %b[%k, %j] : !m
      %old = memref.load %c[%j] : memref<?xf64>
      %new = arith.addf %old, %y : f64
      memref.store %new, %c[%j] : memref<?xf64>
    }
  }
  return
}
func.func @strided(%b: !m {llvm.noalias}, %c: memref<?x?xf64, strided<[?, ?]>> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    scf.for %k = %c0 to %n step %c1 {
      scf.for %j = %c0 to %n step %c1 {
        %y = memref.load %b[%k, %j] : !m
        %old = memref.load %c[%i, %j] : memref<?x?xf64, strided<[?, ?]>>
        %new = arith.addf %old, %y : f64
        memref.store %new, %c[%i, %j] : memref<?x?xf64, strided<[?, ?]>>
      }
    }
  }
  return
}
func.func @carried(%b: !m {llvm.noalias}, %c: memref<?xf64> {llvm.noalias}, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %all = scf.for %k = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %sum = scf.for %j = %c0 to %n step %c1 iter_args(%t = %s) -> f64 {
      %y = memref.load %b[%k, %j] : !m
      %old = memref.load %c[%j] : memref<?xf64>
      %new = arith.addf %old, %y : f64
      memref.store %new, %c[%j] : memref<?xf64>
      %u = arith.addf %t, %old : f64
      scf.yield %u : f64
    }
    scf.yield %sum : f64
  }
  return %all : f64
}
func.func @own(%b: !m {llvm.noalias}, %c: !m {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %y = memref.load %b[%i, %j] : !m
      memref.store %y, %c[%i, %j] : !m
    }
  }
  return
}
