// Recursion that returns a buffer: a new one, or the one that it was given.
// RUN: autodiff-run %s --entry use_grow --arg rand:4:1 --arg 0.8 --arg 3 --mode check
// RUN: autodiff-run %s --entry grow --arg rand:4:1 --arg 0.8 --arg 3 --mode check
// RUN: autodiff-run %s --entry use_pass --arg rand:5:1 --arg 0.8 --arg 3 --mode check
// RUN: autodiff-run %s --entry pass --arg rand:5:1 --arg 0.8 --arg 3 --mode check
func.func @grow(%a: memref<?xf64>, %x: f64, %n: index) -> memref<?xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = memref.dim %a, %c0 : memref<?xf64>
  %done = arith.cmpi sle, %n, %c0 : index
  %r = scf.if %done -> memref<?xf64> {
    %b = memref.alloc(%d) : memref<?xf64>
    memref.copy %a, %b : memref<?xf64> to memref<?xf64>
    scf.yield %b : memref<?xf64>
  } else {
    %m = arith.subi %n, %c1 : index
    %y = math.sin %x : f64
    %b = func.call @grow(%a, %y, %m) : (memref<?xf64>, f64, index) -> memref<?xf64>
    %v = memref.load %b[%c0] : memref<?xf64>
    %vx = arith.mulf %v, %x : f64
    memref.store %vx, %b[%c1] : memref<?xf64>
    memref.store %y, %a[%c0] : memref<?xf64>
    scf.yield %b : memref<?xf64>
  }
  return %r : memref<?xf64>
}
func.func @use_grow(%a: memref<?xf64>, %x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = func.call @grow(%a, %x, %n) : (memref<?xf64>, f64, index) -> memref<?xf64>
  %v = memref.load %b[%c1] : memref<?xf64>
  %w = memref.load %a[%c0] : memref<?xf64>
  %vw = arith.mulf %v, %w : f64
  %s = arith.mulf %vw, %x : f64
  memref.store %s, %b[%c0] : memref<?xf64>
  %u = memref.load %b[%c0] : memref<?xf64>
  %uu = arith.mulf %u, %u : f64
  memref.dealloc %b : memref<?xf64>
  return %uu : f64
}
func.func @pass(%a: memref<?xf64>, %x: f64, %n: index) -> memref<?xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %done = arith.cmpi sle, %n, %c0 : index
  %r = scf.if %done -> memref<?xf64> {
    scf.yield %a : memref<?xf64>
  } else {
    %m = arith.subi %n, %c1 : index
    %v = memref.load %a[%n] : memref<?xf64>
    %vx = arith.mulf %v, %x : f64
    memref.store %vx, %a[%m] : memref<?xf64>
    %b = func.call @pass(%a, %vx, %m) : (memref<?xf64>, f64, index) -> memref<?xf64>
    scf.yield %b : memref<?xf64>
  }
  return %r : memref<?xf64>
}
func.func @use_pass(%a: memref<?xf64>, %x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = func.call @pass(%a, %x, %n) : (memref<?xf64>, f64, index) -> memref<?xf64>
  %v = memref.load %b[%c1] : memref<?xf64>
  %vx = arith.mulf %v, %x : f64
  memref.store %vx, %b[%c0] : memref<?xf64>
  %w = memref.load %a[%c0] : memref<?xf64>
  %s = math.sin %w : f64
  return %s : f64
}
