// Callees of parallel iterations read one global, which all of them add to the shadow of, and write another.
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg 0.7 --mode check
// RUN: autodiff-run %s --entry f --arg rand:9:1 --arg 0.7 --mode check --threads 2
memref.global "private" @weight : memref<f64> = uninitialized
memref.global "private" @row : memref<9xf64> = uninitialized
func.func private @weigh(%x: f64) attributes {no_inline} {
  %w = memref.get_global @weight : memref<f64>
  memref.store %x, %w[] : memref<f64>
  return
}
func.func private @place(%x: f64, %i: index) attributes {no_inline} {
  %w = memref.get_global @weight : memref<f64>
  %r = memref.get_global @row : memref<9xf64>
  %v = memref.load %w[] : memref<f64>
  %vx = arith.mulf %v, %x : f64
  %s = math.sin %vx : f64
  memref.store %s, %r[%i] : memref<9xf64>
  return
}
func.func @f(%a: memref<9xf64>, %w: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %zero = arith.constant 0.0 : f64
  call @weigh(%w) : (f64) -> ()
  scf.parallel (%i) = (%c0) to (%c9) step (%c1) {
    %x = memref.load %a[%i] : memref<9xf64>
    func.call @place(%x, %i) : (f64, index) -> ()
  }
  %r = memref.get_global @row : memref<9xf64>
  %y = scf.for %i = %c0 to %c9 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %r[%i] : memref<9xf64>
    %vv = arith.mulf %v, %v : f64
    %n = arith.addf %s, %vv : f64
    scf.yield %n : f64
  }
  return %y : f64
}
