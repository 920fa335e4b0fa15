// The gradient of a kernel with a barrier, atomic sums and a number from outside is differentiated again, both ways.
// RUN: autodiff-opt %s '--autodiff-wrap=function=loss mode=vjp name=gradient' -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg rand:8:1 --arg zeros:8 --arg 0.4 --arg zeros:1 --arg rand:1:2 \
// RUN:   --target gpu-host --mode check --check-races
!row = memref<4xf64, #gpu.address_space<workgroup>>
func.func @loss(%x: memref<8xf64>, %a: f64, %s: memref<1xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             workgroup(%row : !row) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %sine = math.sin %v : f64
    %scaled = arith.mulf %sine, %a : f64
    memref.store %scaled, %row[%tx] : !row
    gpu.barrier
    %mirrored = arith.subi %c3, %tx : index
    %other = memref.load %row[%mirrored] : !row
    %p = arith.mulf %other, %scaled : f64
    %old = memref.atomic_rmw addf %p, %s[%c0] : (f64, memref<1xf64>) -> f64
    gpu.terminator
  }
  return
}
