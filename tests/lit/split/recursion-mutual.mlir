// Two functions that call each other and share a buffer, with several results and a const argument.
// RUN: autodiff-run %s --entry even --arg rand:4:1 --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry start --arg rand:4:1 --arg 0.7 --arg 6 --mode check
func.func @even(%a: memref<4xf64>, %x: f64, %n: index) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %done = arith.cmpi sle, %n, %c0 : index
  %y:2 = scf.if %done -> (f64, f64) {
    %v = memref.load %a[%c0] : memref<4xf64>
    scf.yield %x, %v : f64, f64
  } else {
    %m = arith.subi %n, %c1 : index
    %i = arith.remui %n, %c3 : index
    %v = memref.load %a[%i] : memref<4xf64>
    %vx = arith.mulf %v, %x : f64
    %s = math.sin %vx : f64
    memref.store %s, %a[%i] : memref<4xf64>
    %p:2 = func.call @odd(%a, %s, %m) : (memref<4xf64>, f64, index) -> (f64, f64)
    %w = memref.load %a[%c3] : memref<4xf64>
    %q = arith.mulf %p#0, %w : f64
    scf.yield %q, %p#1 : f64, f64
  }
  return %y#0, %y#1 : f64, f64
}
func.func private @odd(%a: memref<4xf64>, %x: f64, %n: index) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %m = arith.subi %n, %c1 : index
  %one = arith.constant 1.5 : f64
  %p:2 = func.call @even(%a, %one, %m) : (memref<4xf64>, f64, index) -> (f64, f64)
  %q = arith.mulf %p#0, %x : f64
  memref.store %q, %a[%c3] : memref<4xf64>
  %r:2 = func.call @even(%a, %p#1, %c0) : (memref<4xf64>, f64, index) -> (f64, f64)
  %s = arith.addf %r#0, %q : f64
  return %s, %x : f64, f64
}
func.func @start(%a: memref<4xf64>, %x: f64, %n: index) -> f64 {
  %p:2 = func.call @odd(%a, %x, %n) : (memref<4xf64>, f64, index) -> (f64, f64)
  %y = arith.mulf %p#0, %x : f64
  return %y : f64
}
