// What the host does not do in kernels is refused at its op: clusters, workgroup memory with a layout, and accesses that
// the search for races does not see. Vectors are checked to their last element.
// RUN: not autodiff-run %s --entry cluster --target gpu-host 2>&1 | FileCheck %s --check-prefix=CLUSTER
// RUN: not autodiff-run %s --entry strided --target gpu-host 2>&1 | FileCheck %s --check-prefix=STRIDED
// RUN: not autodiff-run %s --entry transfer --target gpu-host --arg rand:8:1 --check-races 2>&1 | FileCheck %s --check-prefix=TRANSFER
// RUN: autodiff-run %s --entry transfer --target gpu-host --arg rand:8:1
// RUN: not autodiff-run %s --entry vector --target gpu-host --arg zeros:6 2>&1 | FileCheck %s --check-prefix=VECTOR
func.func @cluster() {
  %one = arith.constant 1 : index
  // CLUSTER: [[@LINE+1]]:3: error: 'gpu.launch_func' op has clusters of blocks, which are not supported on the host
  gpu.launch clusters(%cx, %cy, %cz) in (%ca = %one, %cb = %one, %cc = %one)
             blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    gpu.terminator
  }
  return
}
!row = memref<4x4xf64, strided<[5, 1]>, #gpu.address_space<workgroup>>
func.func @strided() {
  %one = arith.constant 1 : index
  %value = arith.constant 1.0 : f64
  // STRIDED: [[@LINE+1]]:3: error: expected a buffer with identity layout, got 'memref<4x4xf64, strided<[5, 1]>, #gpu
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one)
             workgroup(%row : !row) {
    memref.store %value, %row[%tx, %tx] : !row
    gpu.terminator
  }
  return
}
func.func @transfer(%a: memref<8xf64>) {
  %one = arith.constant 1 : index
  %none = arith.constant 0.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    // TRANSFER: [[@LINE+1]]:14: error: accesses of 'vector.transfer_read' cannot be checked for races, run without
    %value = vector.transfer_read %a[%tx], %none {in_bounds = [true]} : memref<8xf64>, vector<4xf64>
    %double = arith.addf %value, %value : vector<4xf64>
    vector.transfer_write %double, %a[%tx] {in_bounds = [true]} : vector<4xf64>, memref<8xf64>
    gpu.terminator
  }
  return
}
func.func @vector(%a: memref<6xf64>) {
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %four, %sy = %one, %sz = %one) {
    // VECTOR: [[@LINE+2]]:14: error: 'vector.load' op is out of bounds: index 6 in dimension 0 of size 6
    // VECTOR-NEXT: note: in thread (3, 0, 0) of block (0, 0, 0) of kernel 'vector_kernel'
    %value = vector.load %a[%tx] : memref<6xf64>, vector<4xf64>
    vector.store %value, %a[%tx] : memref<6xf64>, vector<4xf64>
    gpu.terminator
  }
  return
}
