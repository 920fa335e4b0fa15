// An assertion in a kernel accesses no memory: races are looked for beside it.
// RUN: autodiff-run %s --entry positive --arg rand:8:1 --target gpu-host --check-races
// RUN: not autodiff-run %s --entry racy --arg rand:8:1 --target gpu-host --check-races 2>&1 | FileCheck %s
// CHECK: race
func.func @positive(%x: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
      threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %low = arith.constant -2.0 : f64
    %v = memref.load %x[%tx] : memref<8xf64>
    %c = arith.cmpf ogt, %v, %low : f64
    cf.assert %c, "too low"
    gpu.terminator
  }
  return
}
func.func @racy(%x: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
      threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %c0 = arith.constant 0 : index
    %low = arith.constant -2.0 : f64
    %v = memref.load %x[%tx] : memref<8xf64>
    %c = arith.cmpf ogt, %v, %low : f64
    cf.assert %c, "too low"
    memref.store %v, %x[%c0] : memref<8xf64>
    gpu.terminator
  }
  return
}
