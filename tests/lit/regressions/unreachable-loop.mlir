// A loop in a branch that is never taken: blocks that nothing reaches must not be simplified for ever.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline -o /dev/null
// RUN: autodiff-run %s --entry f --arg 2 --arg zeros:4x2 --mode check
func.func @f(%x: f64, %m: memref<4x2xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %first = arith.cmpi ne, %c2, %c1 : index
  %number = scf.if %first -> index {
    scf.yield %c0 : index
  } else {
    scf.yield %c0 : index
  }
  %never = arith.cmpi sge, %number, %c1 : index
  scf.if %never {
    scf.for %i = %c0 to %c4 step %c1 {
      scf.for %j = %c0 to %c2 step %c1 {
        memref.store %x, %m[%i, %j] : memref<4x2xf64>
      }
    }
  }
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
