// Inner bounds that depend on outer indices: the caches of the inner loop are addressed or sized by both.
// RUN: autodiff-run %s --entry f --arg rand:5x5:1 --mode check
// RUN: autodiff-run %s --entry backwards --arg rand:5:1 --arg 5 --mode check
// RUN: autodiff-run %s --entry backwards --arg rand:5:1 --arg 0 --mode check
// RUN: autodiff-run %s --entry deep --arg rand:4:1 --mode check
func.func @f(%a: memref<5x5xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1.0 : f64
  %y = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %one) -> f64 {
    %next = scf.for %j = %i to %c5 step %c1 iter_args(%t = %s) -> f64 {
      %x = memref.load %a[%i, %j] : memref<5x5xf64>
      %tx = arith.mulf %t, %x : f64
      %u = math.sin %tx : f64
      %v = arith.addf %u, %x : f64
      scf.yield %v : f64
    }
    scf.yield %next : f64
  }
  return %y : f64
}
func.func @backwards(%a: memref<5xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f64
  %y = scf.for %i = %c0 to %n step %c2 iter_args(%s = %one) -> f64 {
    %m = arith.subi %n, %i : index
    %next = scf.for %j = %c0 to %m step %c1 iter_args(%t = %s) -> f64 {
      %x = memref.load %a[%j] : memref<5xf64>
      %tx = arith.mulf %t, %x : f64
      %v = math.exp %tx : f64
      scf.yield %v : f64
    }
    scf.yield %next : f64
  }
  return %y : f64
}
func.func @deep(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %y = scf.for %i = %c0 to %c4 step %c1 iter_args(%s = %one) -> f64 {
    %p = scf.for %j = %c0 to %i step %c1 iter_args(%t = %s) -> f64 {
      %q = scf.for %k = %j to %i step %c1 iter_args(%u = %t) -> f64 {
        %x = memref.load %a[%k] : memref<4xf64>
        %ux = arith.mulf %u, %x : f64
        %v = math.cos %ux : f64
        scf.yield %v : f64
      }
      scf.yield %q : f64
    }
    scf.yield %p : f64
  }
  return %y : f64
}
