// Shadows of workgroup memory that fit nowhere: a view of it has no counterpart in global memory.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics
!tile = memref<64x56xf64, #gpu.address_space<workgroup>>
func.func private @mirror(%x: memref<8xf64>, %y: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) workgroup(%tile : !tile) {
    // expected-error@+1 {{memory of the workgroup and its shadows take more than 48 KiB; shadows can stand in global memory instead, but only if the memory is read and written element by element; use smaller tiles}}
    %row = memref.subview %tile[%tx, 0] [1, 56] [1, 1] : !tile to memref<56xf64, strided<[1], offset: ?>, #gpu.address_space<workgroup>>
    %v = memref.load %x[%tx] : memref<8xf64>
    memref.store %v, %row[%c7] : memref<56xf64, strided<[1], offset: ?>, #gpu.address_space<workgroup>>
    gpu.barrier
    %other = arith.subi %c7, %tx : index
    %w = memref.load %tile[%other, %c7] : !tile
    memref.store %w, %y[%tx] : memref<8xf64>
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<8xf64>, %x_dot: memref<8xf64>, %y: memref<8xf64>, %y_dot: memref<8xf64>) {
  // expected-note@+2 {{requested here}}
  // expected-note@+1 {{mark the arguments}}
  autodiff.jvp @mirror(%x, %x_dot, %y, %y_dot) args [dup, dup] results []
    : (memref<8xf64>, memref<8xf64>, memref<8xf64>, memref<8xf64>) -> ()
  return
}
