// Recursion on a buffer that each level reads and writes, in front of the call and behind it.
// RUN: autodiff-run %s --entry sweep --arg rand:5:1 --arg 0.8 --arg 0 --mode check
// RUN: autodiff-run %s --entry sweep --arg rand:5:1 --arg 0.8 --arg 5 --mode check
func.func @sweep(%a: memref<?xf64>, %x: f64, %i: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %more = arith.cmpi slt, %i, %n : index
  %r = scf.if %more -> f64 {
    %v = memref.load %a[%i] : memref<?xf64>
    %vx = arith.mulf %v, %x : f64
    memref.store %vx, %a[%i] : memref<?xf64>
    %j = arith.addi %i, %c1 : index
    %p = func.call @sweep(%a, %vx, %j) : (memref<?xf64>, f64, index) -> f64
    %w = memref.load %a[%i] : memref<?xf64>
    %wp = arith.mulf %w, %p : f64
    memref.store %wp, %a[%c0] : memref<?xf64>
    %s = math.sin %wp : f64
    scf.yield %s : f64
  } else {
    scf.yield %x : f64
  }
  return %r : f64
}
