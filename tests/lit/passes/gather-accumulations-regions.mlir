// What an accumulation is computed from may be an op with regions that use values of the iteration: they go with it, into
// loops that gather and into those that are split off. The same adjoint by plain loads and stores gives the same numbers.
// RUN: autodiff-opt %s --autodiff-gather-accumulations | FileCheck %s --check-prefix=GATHER
// RUN: autodiff-opt %s --autodiff-split-accumulations | FileCheck %s --check-prefix=SPLIT
// RUN: autodiff-run %s --entry difference --arg rand:9x7:1 | FileCheck %s
// CHECK: result-0 {{.*}} 0{{$}}

// GATHER-LABEL: func.func private @adjoint
// GATHER: maxsi
// SPLIT-LABEL: func.func private @rows
// SPLIT: scf.for
// SPLIT: scf.for
// SPLIT: scf.for
// SPLIT-LABEL: func.func private @plain
func.func private @adjoint(%y: memref<?x?xf64> {llvm.noalias}, %x: memref<?x?xf64> {llvm.noalias},
    %z: memref<?x?xf64> {llvm.noalias}, %n: index, %m: index) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %c0 to %n step %c1 {
    %south = arith.addi %i, %c1 : index
    %next = arith.addi %south, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %t = autodiff.take %y[%i, %j] : memref<?x?xf64>
      %twice = arith.addf %t, %t : f64
      %positive = arith.cmpf ogt, %t, %zero : f64
      %u = scf.if %positive -> f64 {
        %square = arith.mulf %twice, %t : f64
        scf.yield %square : f64
      } else {
        scf.yield %t : f64
      }
      autodiff.accumulate %t, %x[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%south, %j] : memref<?x?xf64>
      autodiff.accumulate %t, %x[%next, %j] : memref<?x?xf64>
      autodiff.accumulate %u, %z[%i, %j] : memref<?x?xf64>
    }
  }
  return
}
func.func private @rows(%y: memref<?x?xf64> {llvm.noalias}, %x: memref<?x?xf64> {llvm.noalias},
    %z: memref<?x?xf64> {llvm.noalias}, %n: index, %m: index) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %m step %c1 {
      %t = autodiff.take %y[%i, %j] : memref<?x?xf64>
      %twice = arith.addf %t, %t : f64
      %next = arith.addi %j, %c1 : index
      %positive = arith.cmpf ogt, %t, %zero : f64
      %u = scf.if %positive -> f64 {
        %square = arith.mulf %twice, %t : f64
        scf.yield %square : f64
      } else {
        scf.yield %t : f64
      }
      autodiff.accumulate %t, %x[%i, %j] : memref<?x?xf64>
      autodiff.accumulate %u, %x[%i, %next] : memref<?x?xf64>
    }
  }
  return
}
func.func private @add(%a: memref<?x?xf64>, %i: index, %j: index, %v: f64) {
  %old = memref.load %a[%i, %j] : memref<?x?xf64>
  %new = arith.addf %old, %v : f64
  memref.store %new, %a[%i, %j] : memref<?x?xf64>
  return
}
func.func private @plain(%y: memref<?x?xf64>, %x: memref<?x?xf64>, %z: memref<?x?xf64>, %n: index, %m: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %c0 to %n step %c1 {
    %south = arith.addi %i, %c1 : index
    %next = arith.addi %i, %c2 : index
    scf.for %j = %c0 to %m step %c1 {
      %t = memref.load %y[%i, %j] : memref<?x?xf64>
      %positive = arith.cmpf ogt, %t, %zero : f64
      %twice = arith.addf %t, %t : f64
      %square = arith.mulf %twice, %t : f64
      %u = arith.select %positive, %square, %t : f64
      %right = arith.addi %j, %c1 : index
      func.call @add(%x, %i, %j, %t) : (memref<?x?xf64>, index, index, f64) -> ()
      func.call @add(%x, %south, %j, %t) : (memref<?x?xf64>, index, index, f64) -> ()
      func.call @add(%x, %next, %j, %t) : (memref<?x?xf64>, index, index, f64) -> ()
      func.call @add(%z, %i, %j, %u) : (memref<?x?xf64>, index, index, f64) -> ()
      // Those of @rows.
      func.call @add(%x, %i, %j, %t) : (memref<?x?xf64>, index, index, f64) -> ()
      func.call @add(%x, %i, %right, %u) : (memref<?x?xf64>, index, index, f64) -> ()
    }
  }
  return
}
func.func private @distance(%a: memref<?x?xf64>, %b: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %a, %c1 : memref<?x?xf64>
  %zero = arith.constant 0.0 : f64
  %least = arith.constant 1.0e-14 : f64
  %most = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %row = scf.for %j = %c0 to %m step %c1 iter_args(%r = %s) -> f64 {
      %p = memref.load %a[%i, %j] : memref<?x?xf64>
      %q = memref.load %b[%i, %j] : memref<?x?xf64>
      %d = arith.subf %p, %q : f64
      %size = math.absf %d : f64
      %far = arith.cmpf ugt, %size, %least : f64
      %one = arith.select %far, %size, %zero : f64
      %t = arith.addf %r, %one : f64
      scf.yield %t : f64
    }
    scf.yield %row : f64
  }
  return %most : f64
}
func.func @difference(%y: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %y, %c0 : memref<?x?xf64>
  %m = memref.dim %y, %c1 : memref<?x?xf64>
  %rows = arith.addi %n, %c2 : index
  %columns = arith.addi %m, %c1 : index
  %x = autodiff.shadow(%rows, %columns) : memref<?x?xf64>
  %z = autodiff.shadow(%rows, %columns) : memref<?x?xf64>
  %x_plain = autodiff.shadow(%rows, %columns) : memref<?x?xf64>
  %z_plain = autodiff.shadow(%rows, %columns) : memref<?x?xf64>
  %one = memref.alloc(%n, %m) : memref<?x?xf64>
  %other = memref.alloc(%n, %m) : memref<?x?xf64>
  memref.copy %y, %one : memref<?x?xf64> to memref<?x?xf64>
  memref.copy %y, %other : memref<?x?xf64> to memref<?x?xf64>
  func.call @adjoint(%one, %x, %z, %n, %m) : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, index, index) -> ()
  func.call @rows(%other, %x, %z, %n, %m) : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, index, index) -> ()
  func.call @plain(%y, %x_plain, %z_plain, %n, %m)
    : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, index, index) -> ()
  %x_off = func.call @distance(%x, %x_plain) : (memref<?x?xf64>, memref<?x?xf64>) -> f64
  %z_off = func.call @distance(%z, %z_plain) : (memref<?x?xf64>, memref<?x?xf64>) -> f64
  %off = arith.addf %x_off, %z_off : f64
  memref.dealloc %x : memref<?x?xf64>
  memref.dealloc %z : memref<?x?xf64>
  memref.dealloc %x_plain : memref<?x?xf64>
  memref.dealloc %z_plain : memref<?x?xf64>
  memref.dealloc %one : memref<?x?xf64>
  memref.dealloc %other : memref<?x?xf64>
  return %off : f64
}
