// Constants in globals are inactive; a global that can change keeps a derivative only inside the function.
// RUN: autodiff-run %s --entry f --arg rand:3:1 --mode check
memref.global "private" constant @weights : memref<3xf64> = dense<[0.5, -1.5, 2.0]>
func.func @f(%a: memref<3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %w = memref.get_global @weights : memref<3xf64>
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<3xf64>
    %u = memref.load %w[%i] : memref<3xf64>
    %xu = arith.mulf %x, %u : f64
    %t = math.sin %xu : f64
    %next = arith.addf %s, %t : f64
    scf.yield %next : f64
  }
  return %r : f64
}
