// Buffers as results of branches and loops: the shadow that is yielded is the one of the buffer that is yielded.
// RUN: autodiff-run %s --entry branch --arg rand:3:1 --arg rand:3:2 --arg 0.5 --mode check
// RUN: autodiff-run %s --entry branch --arg rand:3:1 --arg rand:3:2 --arg -0.5 --mode check
// RUN: autodiff-run %s --entry selected --arg rand:3:1 --arg rand:3:2 --arg 0.5 --mode check
// RUN: autodiff-run %s --entry selected --arg rand:3:1 --arg rand:3:2 --arg -0.5 --mode check
// RUN: autodiff-run %s --entry view --arg rand:4x3:1 --arg 2 --mode check
// RUN: autodiff-run %s --entry while_loop --arg rand:3:1 --arg rand:3:2 --arg 3 --mode check
func.func @branch(%a: memref<3xf64>, %b: memref<3xf64>, %x: f64) -> f64 {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %m = scf.if %positive -> memref<3xf64> {
    scf.yield %a : memref<3xf64>
  } else {
    memref.store %x, %a[%c1] : memref<3xf64>
    scf.yield %b : memref<3xf64>
  }
  %u = memref.load %m[%c1] : memref<3xf64>
  %ux = arith.mulf %u, %x : f64
  memref.store %ux, %m[%c1] : memref<3xf64>
  %v = memref.load %a[%c1] : memref<3xf64>
  %y = arith.mulf %v, %u : f64
  return %y : f64
}
func.func @selected(%a: memref<3xf64>, %b: memref<3xf64>, %x: f64) -> f64 {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %m = arith.select %positive, %a, %b : memref<3xf64>
  %u = memref.load %m[%c1] : memref<3xf64>
  %ux = arith.mulf %u, %x : f64
  %s = math.sin %ux : f64
  memref.store %s, %m[%c1] : memref<3xf64>
  %v = memref.load %b[%c1] : memref<3xf64>
  %y = arith.mulf %v, %u : f64
  return %y : f64
}
func.func @view(%a: memref<4x3xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %first = memref.subview %a[0, 0] [1, 3] [1, 1] : memref<4x3xf64> to memref<3xf64, strided<[1]>>
  %start = memref.cast %first : memref<3xf64, strided<[1]>> to memref<3xf64, strided<[1], offset: ?>>
  %m = scf.for %i = %c0 to %n step %c1 iter_args(%row = %start) -> memref<3xf64, strided<[1], offset: ?>> {
    %x = memref.load %row[%c1] : memref<3xf64, strided<[1], offset: ?>>
    %y = math.exp %x : f64
    memref.store %y, %row[%c0] : memref<3xf64, strided<[1], offset: ?>>
    %k = arith.addi %i, %c1 : index
    %next = memref.subview %a[%k, 0] [1, 3] [1, 1] : memref<4x3xf64> to memref<3xf64, strided<[1], offset: ?>>
    scf.yield %next : memref<3xf64, strided<[1], offset: ?>>
  }
  %z = memref.load %m[%c1] : memref<3xf64, strided<[1], offset: ?>>
  %zz = arith.mulf %z, %z : f64
  return %zz : f64
}
func.func @while_loop(%a: memref<3xf64>, %b: memref<3xf64>, %n: i64) -> f64 {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r:3 = scf.while (%p = %a, %q = %b, %i = %zero) : (memref<3xf64>, memref<3xf64>, i64) -> (memref<3xf64>, memref<3xf64>, i64) {
    %more = arith.cmpi slt, %i, %n : i64
    scf.condition(%more) %p, %q, %i : memref<3xf64>, memref<3xf64>, i64
  } do {
  ^bb0(%p: memref<3xf64>, %q: memref<3xf64>, %i: i64):
    %x = memref.load %p[%c1] : memref<3xf64>
    %y = math.sin %x : f64
    memref.store %y, %q[%c1] : memref<3xf64>
    %j = arith.addi %i, %one : i64
    scf.yield %q, %p, %j : memref<3xf64>, memref<3xf64>, i64
  }
  %y = memref.load %r#0[%c1] : memref<3xf64>
  return %y : f64
}
