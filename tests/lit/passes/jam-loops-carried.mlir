// Loops inside that carry sums carry those of all iterations that run together, and indices may count backwards: the reverse
// of a product of matrices, which updates one matrix in each iteration and sums up an element of the other.
// RUN: autodiff-opt %s --autodiff-jam-loops --canonicalize --cse | FileCheck %s
// RUN: autodiff-run %s --entry adjoint --arg rand:4x4:1 --arg rand:4x4:2 --arg rand:4x4:3 --arg rand:4x4:4 --mode check
// RUN: autodiff-run %s --entry adjoint --arg rand:7x5:1 --arg rand:5x6:2 --arg rand:7x6:3 --arg rand:5x6:4 --mode check
// CHECK-LABEL: func.func @adjoint
// CHECK-SAME:      %{{.*}}: memref<?x?xf64> {llvm.noalias}, %[[B:.*]]: memref<?x?xf64> {llvm.noalias}, %{{.*}}: memref<?x?xf64> {llvm.noalias}, %[[BBAR:.*]]: memref
// CHECK:         scf.for %{{.*}} = %c1 to %{{.*}} step %c4 {
// CHECK:           scf.for %[[K:.*]] = %c0 to %{{.*}} step %c1 {
// CHECK:             %[[ROW:.*]] = arith.subi %{{.*}}, %[[K]]
// CHECK:             %[[SUMS:.*]]:4 = scf.for %[[J:.*]] = %c0 to %{{.*}} step %c1 iter_args({{.*}}) -> (f64, f64, f64, f64) {
// CHECK:               %[[OLD:.*]] = memref.load %[[BBAR]][%[[ROW]], %[[J]]]
// CHECK-NOT:           memref.load %[[BBAR]]
// CHECK:               memref.store %{{.*}}, %[[BBAR]][%[[ROW]], %[[J]]]
// CHECK-NOT:           memref.store
// CHECK:               scf.yield
// CHECK:             memref.store %[[SUMS]]#0
// CHECK:             memref.store %[[SUMS]]#3
func.func @adjoint(%a: memref<?x?xf64> {llvm.noalias}, %b: memref<?x?xf64> {llvm.noalias}, %cbar: memref<?x?xf64> {llvm.noalias}, %bbar: memref<?x?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %b, %c0 : memref<?x?xf64>
  %p = memref.dim %b, %c1 : memref<?x?xf64>
  %last = arith.subi %m, %c1 : index
  // From the second row on.
  scf.for %i = %c1 to %n step %c1 {
    scf.for %back = %c0 to %m step %c1 {
      %k = arith.subi %last, %back : index
      %x = memref.load %a[%i, %k] : memref<?x?xf64>
      %sum = scf.for %j = %c0 to %p step %c1 iter_args(%s = %zero) -> f64 {
        %y = memref.load %b[%k, %j] : memref<?x?xf64>
        %z = memref.load %cbar[%i, %j] : memref<?x?xf64>
        %yz = arith.mulf %y, %z : f64
        %t = arith.addf %s, %yz : f64
        %xz = arith.mulf %x, %z : f64
        %old = memref.load %bbar[%k, %j] : memref<?x?xf64>
        %new = arith.addf %old, %xz : f64
        memref.store %new, %bbar[%k, %j] : memref<?x?xf64>
        scf.yield %t : f64
      }
      memref.store %sum, %a[%i, %k] : memref<?x?xf64>
    }
  }
  return
}
