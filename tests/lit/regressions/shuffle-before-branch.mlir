// A shuffle takes all lanes, also where only some use what it gives: it does not move into their branch.
// RUN: autodiff-opt %s --autodiff-sink-into-branches | FileCheck %s
// RUN: autodiff-run %s --entry tree --arg rand:32:1 --arg zeros:32 --target gpu-host --mode check
// CHECK:     gpu.shuffle
// CHECK:     scf.if
func.func @tree(%a: memref<32xf64>, %b: memref<32xf64>) {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %o = arith.constant 16 : i32
    %w = arith.constant 32 : i32
    %v = memref.load %a[%tx] : memref<32xf64>
    %s, %ok = gpu.shuffle down %v, %o, %w : f64
    %c16 = arith.constant 16 : index
    %low = arith.cmpi ult, %tx, %c16 : index
    scf.if %low {
      %y = arith.addf %s, %v : f64
      %yy = arith.mulf %y, %y : f64
      memref.store %yy, %b[%tx] : memref<32xf64>
    }
    gpu.terminator
  }
  return
}
