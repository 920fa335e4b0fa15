// Numbers that are read through the address of a buffer would lose their derivatives: the op that gives it is refused.
// RUN: not autodiff-opt %s --autodiff-differentiate 2>&1 | FileCheck %s
// RUN: autodiff-run %s --entry square --arg rand:3:1 --mode run
// RUN: autodiff-run %s --entry const --arg 2 --arg rand:3:1 --activity active,const --mode check
func.func @square(%x: memref<?xf64>) -> f64 {
  // CHECK: [[@LINE+1]]:14: error: 'memref.extract_aligned_pointer_as_index' op has no reverse-mode rule
  %address = memref.extract_aligned_pointer_as_index %x : memref<?xf64> -> index
  %number = arith.index_cast %address : index to i64
  %pointer = llvm.inttoptr %number : i64 to !llvm.ptr
  %value = llvm.load %pointer : !llvm.ptr -> f64
  %square = arith.mulf %value, %value : f64
  return %square : f64
}
func.func @request(%x: memref<?xf64>, %x_bar: memref<?xf64>, %y_bar: f64) {
  // CHECK: [[@LINE+1]]:3: note: {{.*}} '@square' {{.*}} requested here
  autodiff.vjp @square(%x, %x_bar, %y_bar) args [dup] results [active_noneed]
      : (memref<?xf64>, memref<?xf64>, f64) -> ()
  return
}
// A buffer without a derivative may be asked for its address, and any buffer for its size.
func.func @const(%a: f64, %x: memref<?xf64>) -> f64 {
  %zero = arith.constant 0 : index
  %address = memref.extract_aligned_pointer_as_index %x : memref<?xf64> -> index
  %number = arith.index_cast %address : index to i64
  %pointer = llvm.inttoptr %number : i64 to !llvm.ptr
  %value = llvm.load %pointer : !llvm.ptr -> f64
  %copy = memref.alloc() : memref<3xf64>
  memref.store %a, %copy[%zero] : memref<3xf64>
  %size = memref.dim %copy, %zero : memref<3xf64>
  %last = memref.load %copy[%zero] : memref<3xf64>
  %product = arith.mulf %last, %value : f64
  %result = arith.mulf %product, %a : f64
  memref.dealloc %copy : memref<3xf64>
  return %result : f64
}
