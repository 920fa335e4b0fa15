// Active and 'const' rows in one table, one of them twice, on the stack; places that hold none are left alone.
// RUN: autodiff-run %s --entry mixed --arg 0.7 --arg rand:3:1 --arg rand:3:2 --arg 0 --mode check --activity active,const,dup,const
// RUN: autodiff-run %s --entry mixed --arg 0.7 --arg rand:3:1 --arg rand:3:2 --arg 1 --mode check --activity active,const,dup,const
// RUN: autodiff-run %s --entry mixed --arg 0.7 --arg rand:3:1 --arg rand:3:2 --arg 0 --mode check
// RUN: autodiff-run %s --entry mixed --arg 0.7 --arg rand:3:1 --arg rand:3:2 --arg 2 --mode check
// RUN: autodiff-run %s --entry mixed --arg 0.7 --arg rand:3:1 --arg rand:3:2 --arg 3 --mode check
func.func @mixed(%x: f64, %c: memref<3xf64>, %a: memref<3xf64>, %k: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %t = memref.alloca() : memref<5xmemref<3xf64>>
  memref.store %c, %t[%c0] : memref<5xmemref<3xf64>>
  memref.store %a, %t[%c1] : memref<5xmemref<3xf64>>
  memref.store %a, %t[%c2] : memref<5xmemref<3xf64>>
  %s = memref.alloca() : memref<3xf64>
  memref.copy %a, %s : memref<3xf64> to memref<3xf64>
  memref.store %s, %t[%c3] : memref<5xmemref<3xf64>>
  %r = memref.load %t[%k] : memref<5xmemref<3xf64>>
  memref.store %x, %r[%c1] : memref<3xf64>
  %y = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc = %one) -> f64 {
    %q = memref.load %t[%i] : memref<5xmemref<3xf64>>
    %u = memref.load %q[%c1] : memref<3xf64>
    %v = memref.load %q[%c2] : memref<3xf64>
    %w = arith.mulf %u, %v : f64
    %z = arith.addf %w, %acc : f64
    %zz = arith.mulf %z, %w : f64
    memref.store %zz, %q[%c2] : memref<3xf64>
    scf.yield %zz : f64
  }
  return %y : f64
}
