// What all iterations of a loop save in one slot is taken out by each of them: their second derivatives add up.
// Without the normal form of the first derivative, the exponential stays in the loops.
// RUN: autodiff-opt %s --autodiff-wrap="function=f name=gradient" --autodiff-differentiate=normal-form=false | autodiff-run - --entry gradient --arg 0.2 --arg rand:3x2:4 --arg rand:3x2:11 --activity active,dup,dup --mode check
func.func @f(%x: f64, %m: memref<3x2xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  scf.for %i = %c0 to %c3 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      %e = math.exp %x : f64
      memref.store %e, %m[%i, %j] : memref<3x2xf64>
    }
  }
  return
}
