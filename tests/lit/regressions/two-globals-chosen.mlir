// Two globals of which one is chosen at run time have a shadow each, though they may be the same buffer afterwards.
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --arg 0 --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --arg 1 --mode check
memref.global "private" @left : memref<f64> = uninitialized
memref.global "private" @right : memref<f64> = uninitialized
func.func @f(%x: f64, %y: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %is_left = arith.cmpi eq, %n, %c0 : index
  %left = memref.get_global @left : memref<f64>
  %right = memref.get_global @right : memref<f64>
  memref.store %x, %left[] : memref<f64>
  memref.store %y, %right[] : memref<f64>
  %one = arith.select %is_left, %left, %right : memref<f64>
  %v = memref.load %one[] : memref<f64>
  %w = memref.load %left[] : memref<f64>
  %vw = arith.mulf %v, %w : f64
  return %vw : f64
}
