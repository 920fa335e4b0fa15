// The gradient of a kernel with a while loop, whose trips are in a cache then, is differentiated again, both ways.
// RUN: autodiff-opt %s '--autodiff-wrap=function=newton mode=vjp name=gradient' -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg rand:4:1 --arg zeros:4 --arg zeros:4 --arg rand:4:2 \
// RUN:   --target gpu-host --mode check --check-races
func.func @newton(%x: memref<4xf64> {llvm.noalias}, %y: memref<4xf64> {llvm.noalias}) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %low = arith.constant 0.1 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    %r = scf.while (%u = %v) : (f64) -> f64 {
      %size = math.absf %u : f64
      %goes_on = arith.cmpf ogt, %size, %low : f64
      scf.condition(%goes_on) %u : f64
    } do {
    ^bb0(%u: f64):
      %w = math.sin %u : f64
      %square = arith.mulf %w, %w : f64
      scf.yield %square : f64
    }
    memref.store %r, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
