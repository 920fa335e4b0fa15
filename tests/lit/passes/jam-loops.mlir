// Rows of a product of matrices are made four at a time, and from four rows of the other matrix at a time: what one of them
// has stored, the next takes from a register. The rest of the rows, and of the sum, has loops of its own.
// RUN: autodiff-opt %s --autodiff-jam-loops --canonicalize --cse | FileCheck %s
// RUN: autodiff-run %s --entry product --arg rand:4x4:1 --arg rand:4x4:2 --arg zeros:4x4 --mode check
// RUN: autodiff-run %s --entry product --arg rand:9x6:1 --arg rand:6x7:2 --arg rand:9x7:3 --mode check
// RUN: autodiff-run %s --entry product --arg rand:3x8:1 --arg rand:8x1:2 --arg rand:3x1:3 --mode check
// RUN: autodiff-run %s --entry product --arg rand:5x0:1 --arg rand:0x5:2 --arg rand:5x5:3 --mode check
// RUN: autodiff-run %s --entry product --arg rand:0x5:1 --arg rand:5x5:2 --arg rand:0x5:3 --mode check
// CHECK-LABEL: func.func @product
// CHECK-SAME:      %[[A:.*]]: memref<?x?xf64> {llvm.noalias}, %[[B:.*]]: memref<?x?xf64> {llvm.noalias}, %[[C:.*]]: memref
// CHECK:         %[[ANY:.*]] = arith.cmpi sgt, %[[N:.*]], %c0 : index
// CHECK:         %[[COUNT:.*]] = arith.select %[[ANY]], %[[N]], %c0
// CHECK:         %[[REST:.*]] = arith.remui %[[COUNT]], %c4
// CHECK:         %[[MIDDLE:.*]] = arith.subi %[[COUNT]], %[[REST]]
// CHECK:         scf.for %[[I:.*]] = %c0 to %[[MIDDLE]] step %c4 {
// CHECK:           %[[LAST:.*]] = arith.addi %[[I]], %c3
// CHECK:           scf.for %[[K:.*]] = %c0 to %{{.*}} step %c4 {
// CHECK:             scf.for %[[J:.*]] = %c0 to %{{.*}} step %c1 {
// CHECK-COUNT-4:       memref.load %[[B]][%{{.*}}, %[[J]]]
// CHECK-NOT:           memref.load %[[B]]
// CHECK:               memref.store %{{.*}}, %[[C]][%[[LAST]], %[[J]]]
// CHECK-NOT:           memref.store
// CHECK:             scf.for %{{.*}} = %{{.*}} to %{{.*}} step %c1 {
// CHECK:         scf.for %{{.*}} = %[[MIDDLE]] to %[[N]] step %c1 {
// CHECK:           scf.for %{{.*}} = %c0 to %{{.*}} step %c1 {
// CHECK:             scf.for
func.func @product(%a: memref<?x?xf64> {llvm.noalias}, %b: memref<?x?xf64> {llvm.noalias}, %c: memref<?x?xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64>
  %m = memref.dim %b, %c0 : memref<?x?xf64>
  %p = memref.dim %b, %c1 : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %k = %c0 to %m step %c1 {
      %x = memref.load %a[%i, %k] : memref<?x?xf64>
      scf.for %j = %c0 to %p step %c1 {
        %y = memref.load %b[%k, %j] : memref<?x?xf64>
        %xy = arith.mulf %x, %y : f64
        %old = memref.load %c[%i, %j] : memref<?x?xf64>
        %new = arith.addf %old, %xy : f64
        memref.store %new, %c[%i, %j] : memref<?x?xf64>
      }
    }
  }
  return
}
