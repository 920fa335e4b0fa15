// The gradient of a kernel with a cache is differentiated again: the cache is released when the second kernel has run.
// RUN: autodiff-opt %s '--autodiff-wrap=function=rows mode=vjp name=gradient' -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg rand:4x3:1 --arg zeros:4x3 --arg rand:32:2 --arg zeros:32 \
// RUN:   --arg zeros:32 --arg rand:32:5 --target gpu-host --mode check --check-races
func.func @rows(%w: memref<4x3xf64>, %x: memref<32xf64>, %y: memref<32xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %none = arith.constant 0.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c4, %sz = %c1) {
    %row = arith.muli %ty, %c8 : index
    %i = arith.addi %row, %tx : index
    %v = memref.load %x[%i] : memref<32xf64>
    %p = scf.for %k = %c0 to %c3 step %c1 iter_args(%sum = %none) -> f64 {
      %a = memref.load %w[%ty, %k] : memref<4x3xf64>
      %av = arith.mulf %a, %v : f64
      %next = arith.addf %sum, %av : f64
      scf.yield %next : f64
    }
    memref.store %p, %y[%i] : memref<32xf64>
    gpu.terminator
  }
  return
}
