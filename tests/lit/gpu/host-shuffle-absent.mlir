// A lane must not read from a lane that does not exist, or from one that has returned.
// RUN: not autodiff-run %s --entry short --target gpu-host 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: not autodiff-run %s --entry short --target gpu-host --subgroup-size 16 2>&1 | FileCheck %s --check-prefix=WIDTH
// RUN: not autodiff-run %s --entry broadcast --target gpu-host --arg 5 2>&1 | FileCheck %s --check-prefix=BROADCAST
func.func @short() -> memref<20xf32> {
  %one = arith.constant 1 : index
  %threads = arith.constant 20 : index
  %offset = arith.constant 16 : i32
  %width = arith.constant 32 : i32
  %value = arith.constant 1.0 : f32
  %out = memref.alloc() : memref<20xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %threads, %sy = %one, %sz = %one) {
    // SHORT: [[@LINE+3]]:19: error: 'gpu.shuffle' op reads from lane 20, which does not exist, has returned or is elsewhere
    // SHORT-NEXT: note: in thread (4, 0, 0) of block (0, 0, 0) of kernel 'short_kernel'
    // WIDTH: [[@LINE+1]]:19: error: 'gpu.shuffle' op expected a width from 1 to 16, the lanes of a subgroup, got 32
    %other, %ok = gpu.shuffle down %value, %offset, %width : f32
    memref.store %other, %out[%tx] : memref<20xf32>
    gpu.terminator
  }
  return %out : memref<20xf32>
}
func.func @broadcast(%lane: i32) -> memref<8xf32> {
  %one = arith.constant 1 : index
  %threads = arith.constant 8 : index
  %value = arith.constant 1.0 : f32
  %out = memref.alloc() : memref<8xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %threads, %sy = %one, %sz = %one) {
    %number = arith.index_cast %tx : index to i32
    %low = arith.cmpi slt, %number, %lane : i32
    scf.if %low {
      // BROADCAST: [[@LINE+1]]:16: error: 'gpu.subgroup_broadcast' op reads from lane 5, which does not exist, has
      %other = gpu.subgroup_broadcast %value, specific_lane %lane : f32
      memref.store %other, %out[%tx] : memref<8xf32>
    }
    gpu.terminator
  }
  return %out : memref<8xf32>
}
