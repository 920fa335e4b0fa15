// A callee that is not inlined gets one buffer twice: what the reverse sweep repeats must see that both are the same.
// RUN: autodiff-run %s --entry not_inlined --arg rand:4:1 --mode check
func.func private @square_no_inline(%a: memref<4xf64>, %out: memref<4xf64>) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %j = arith.addi %i, %c1 : index
    %x = memref.load %a[%i] : memref<4xf64>
    %y = memref.load %a[%j] : memref<4xf64>
    %p = arith.mulf %x, %y : f64
    memref.store %p, %out[%j] : memref<4xf64>
  }
  return
}
func.func @not_inlined(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  call @square_no_inline(%a, %a) : (memref<4xf64>, memref<4xf64>) -> ()
  %y = memref.load %a[%c3] : memref<4xf64>
  return %y : f64
}
