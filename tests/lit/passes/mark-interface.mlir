// LLVM learns which functions are internal and which pointers are distinct: the data pointers of memref parameters that
// are marked and that nothing frees.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline | FileCheck %s
// RUN: autodiff-run %s --entry f --arg rand:4:1 --arg rand:3x4:2 --arg 2 --mode check
// CHECK-LABEL: llvm.func @f(
// CHECK-SAME:    %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias}, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64,
// CHECK-SAME:    %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias}
// CHECK-NOT:     noalias
// CHECK:         llvm.return
func.func @f(%a: memref<?xf64> {llvm.noalias}, %b: memref<3x?xf64> {llvm.noalias}, %i: index) -> f64 {
  %c1 = arith.constant 1 : index
  %x = memref.load %a[%i] : memref<?xf64>
  memref.store %x, %b[%c1, %i] : memref<3x?xf64>
  %y = func.call @square(%x) : (f64) -> f64
  return %y : f64
}
// CHECK-LABEL: llvm.func internal @square
func.func private @square(%x: f64) -> f64 {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
// The second buffer is freed by the function that it is passed to.
// CHECK-LABEL: llvm.func @frees(
// CHECK-SAME:    !llvm.ptr {llvm.noalias}
// CHECK-NOT:     noalias
// CHECK:         llvm.return
func.func @frees(%a: memref<4xf64> {llvm.noalias}, %b: memref<?xf64> {llvm.noalias}) {
  %c1 = arith.constant 1 : index
  %x = memref.load %b[%c1] : memref<?xf64>
  memref.store %x, %a[%c1] : memref<4xf64>
  func.call @free(%b) : (memref<?xf64>) -> ()
  return
}
func.func private @free(%b: memref<?xf64>) {
  memref.dealloc %b : memref<?xf64>
  return
}
// The wrapper for C takes a pointer to each descriptor: the positions of the data are not its own.
// CHECK-LABEL: llvm.func @wrapped(
// CHECK-LABEL: llvm.func @_mlir_ciface_wrapped(
// CHECK-SAME:    {llvm.noalias}, %{{[a-z0-9]+}}: f64, %{{[a-z0-9]+}}: f64, %{{[a-z0-9]+}}: f64, %{{[a-z0-9]+}}: f64, %{{[a-z0-9]+}}: f64)
func.func @wrapped(%a: memref<?xf64> {llvm.noalias}, %b: memref<?xf64> {llvm.noalias}, %x: f64, %y: f64, %z: f64, %u: f64, %v: f64) attributes {llvm.emit_c_interface} {
  return
}
