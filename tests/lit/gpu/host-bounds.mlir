// An index beyond a buffer is named with its op and its thread, in global and in workgroup memory, above and below.
// RUN: not autodiff-run %s --entry above --target gpu-host --arg zeros:100 2>&1 | FileCheck %s --check-prefix=ABOVE
// RUN: not autodiff-run %s --entry below --target gpu-host --arg zeros:2x3 2>&1 | FileCheck %s --check-prefix=BELOW
// RUN: not autodiff-run %s --entry workgroup --target gpu-host 2>&1 | FileCheck %s --check-prefix=WORKGROUP
// RUN: not autodiff-run %s --entry update --target gpu-host --arg zeros:4 2>&1 | FileCheck %s --check-prefix=UPDATE
func.func @above(%x: memref<?xf32>) {
  %one = arith.constant 1 : index
  %threads = arith.constant 64 : index
  %blocks = arith.constant 2 : index
  %value = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %threads, %sy = %one, %sz = %one) {
    %start = arith.muli %bx, %sx : index
    %i = arith.addi %start, %tx : index
    // ABOVE: [[@LINE+2]]:5: error: 'memref.store' op is out of bounds: index 100 in dimension 0 of size 100
    // ABOVE-NEXT: note: in thread (36, 0, 0) of block (1, 0, 0) of kernel 'above_kernel'
    memref.store %value, %x[%i] : memref<?xf32>
    gpu.terminator
  }
  return
}
func.func @below(%x: memref<?x?xf32>) {
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %three, %sy = %one, %sz = %one) {
    gpu.barrier
    %left = arith.subi %tx, %one : index
    // BELOW: [[@LINE+1]]:14: error: 'memref.load' op is out of bounds: index -1 in dimension 1 of size 3
    %value = memref.load %x[%one, %left] : memref<?x?xf32>
    memref.store %value, %x[%one, %tx] : memref<?x?xf32>
    gpu.terminator
  }
  return
}
func.func @workgroup() {
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %value = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %three, %sy = %one, %sz = %one)
             workgroup(%row : memref<2xf32, #gpu.address_space<workgroup>>) {
    // WORKGROUP: [[@LINE+1]]:5: error: 'memref.store' op is out of bounds: index 2 in dimension 0 of size 2
    memref.store %value, %row[%tx] : memref<2xf32, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}
func.func @update(%x: memref<?xf32>) {
  %one = arith.constant 1 : index
  %five = arith.constant 5 : index
  %value = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %five, %sy = %one, %sz = %one) {
    // UPDATE: [[@LINE+1]]:12: error: 'memref.atomic_rmw' op is out of bounds: index 4 in dimension 0 of size 4
    %old = memref.atomic_rmw addf %value, %x[%tx] : (f32, memref<?xf32>) -> f32
    gpu.terminator
  }
  return
}
