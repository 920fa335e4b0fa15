// Accesses by pointers into the descriptor of a buffer become accesses of the buffer; what is not understood stays.
// RUN: autodiff-opt %s --autodiff-raise-pointers | FileCheck %s
!descriptor = !llvm.struct<(ptr, ptr, i64, array<2 x i64>, array<2 x i64>)>
!buffer = memref<?x?xf64, strided<[?, ?], offset: ?>>
// CHECK-LABEL: func.func @element
// CHECK-SAME:    %[[M:[^:]*]]: memref<?x?xf64, {{.*}}>, %[[I:.*]]: i64, %[[J:.*]]: i64, %[[X:.*]]: f64
func.func @element(%m: !buffer, %i: i64, %j: i64, %x: f64) -> f64 {
  %size = arith.constant 8 : i64
  %d = builtin.unrealized_conversion_cast %m : !buffer to !descriptor
  %aligned = llvm.extractvalue %d[1] : !descriptor
  %offset = llvm.extractvalue %d[2] : !descriptor
  %base, %again, %sizes:2, %strides:2 = memref.extract_strided_metadata %m : !buffer -> memref<f64>, index, index, index, index, index
  %row = arith.index_cast %strides#0 : index to i64
  %column = llvm.extractvalue %d[4, 1] : !descriptor
  %bytes = arith.muli %offset, %size : i64
  %start = llvm.getelementptr %aligned[%bytes] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %global = llvm.addrspacecast %start : !llvm.ptr to !llvm.ptr<1>
  %a = arith.muli %i, %row : i64
  %b = arith.muli %column, %j : i64
  %ab = arith.addi %a, %b : i64
  %place = llvm.getelementptr %global[%ab] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f64
  // CHECK-DAG: %[[R:.*]] = arith.index_cast %[[I]] : i64 to index
  // CHECK-DAG: %[[C:.*]] = arith.index_cast %[[J]] : i64 to index
  // CHECK:     memref.atomic_rmw addf %[[X]], %[[M]][%[[R]], %[[C]]]
  %old = llvm.atomicrmw fadd %place, %x monotonic : !llvm.ptr<1>, f64
  // CHECK:     memref.store %[[X]], %[[M]]
  llvm.store %x, %place : f64, !llvm.ptr<1>
  // CHECK:     %[[Y:.*]] = memref.load %[[M]]
  %y = llvm.load %place : !llvm.ptr<1> -> f64
  // Without the offset, the address is that of some other element.
  %wrong = llvm.getelementptr %aligned[%ab] : (!llvm.ptr, i64) -> !llvm.ptr, f64
  // CHECK:     llvm.load
  %z = llvm.load %wrong : !llvm.ptr -> f64
  // Half an element further on.
  %half = llvm.getelementptr %global[4] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i8
  // CHECK:     llvm.load
  %w = llvm.load %half : !llvm.ptr<1> -> f64
  // CHECK:     return %[[Y]]
  return %y : f64
}
