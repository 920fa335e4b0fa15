// Two threads that touch one location, one of them writing, with nothing that orders them: both places are named.
// RUN: not autodiff-run %s --entry missing --target gpu-host --check-races 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not autodiff-run %s --entry blocks --target gpu-host --check-races --arg 0 2>&1 | FileCheck %s --check-prefix=BLOCKS
// RUN: not autodiff-run %s --entry mixed --target gpu-host --check-races --arg 0 2>&1 | FileCheck %s --check-prefix=MIXED
// RUN: autodiff-run %s --entry missing --target gpu-host
!row = memref<4xf32, #gpu.address_space<workgroup>>
func.func @missing() -> memref<4xf32> {
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %value = arith.constant 1.0 : f32
  %out = memref.alloc() : memref<4xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %four, %sy = %one, %sz = %one)
             workgroup(%row : !row) {
    // MISSING: [[@LINE+5]]:13: error: race: thread (1, 0, 0) of block (0, 0, 0) of kernel 'missing_kernel' reads here
    // MISSING-NEXT: [[@LINE+1]]:5: note: thread (0, 0, 0) of block (0, 0, 0) of kernel 'missing_kernel' writes the same
    memref.store %value, %row[%tx] : !row
    // A barrier is missing.
    %other = arith.xori %tx, %one : index
    %copy = memref.load %row[%other] : !row
    memref.store %copy, %out[%tx] : memref<4xf32>
    gpu.terminator
  }
  return %out : memref<4xf32>
}
func.func @blocks(%x: memref<f32>) {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %value = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %two, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    // BLOCKS: [[@LINE+2]]:5: error: race: thread (0, 0, 0) of block (1, 0, 0) of kernel 'blocks_kernel' writes here
    // BLOCKS-NEXT: note: thread (0, 0, 0) of block (0, 0, 0) of kernel 'blocks_kernel' writes the same location here
    memref.store %value, %x[] : memref<f32>
    gpu.terminator
  }
  return
}
func.func @mixed(%x: memref<f32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %value = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %two, %sy = %one, %sz = %one) {
    %first = arith.cmpi eq, %tx, %zero : index
    scf.if %first {
      %old = memref.atomic_rmw addf %value, %x[] : (f32, memref<f32>) -> f32
    } else {
      // MIXED: [[@LINE+2]]:14: error: race: thread (1, 0, 0) of block (0, 0, 0) of kernel 'mixed_kernel' reads here
      // MIXED-NEXT: note: thread (0, 0, 0) of block (0, 0, 0) of kernel 'mixed_kernel' atomically updates the same
      %now = memref.load %x[] : memref<f32>
      %again = arith.addf %now, %now : f32
      memref.store %again, %x[] : memref<f32>
    }
    gpu.terminator
  }
  return
}
