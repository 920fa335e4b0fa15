// Derivatives of gradients of recursions: tapes have shadows, which are tapes.
// RUN: autodiff-opt %s --autodiff-wrap="function=sweep mode=vjp args=dup,active,const results=active_noneed name=gradient" | autodiff-run - --entry gradient --arg rand:4:1 --arg rand:4:2 --arg 0.7 --arg 0 --arg 1.0 --activity dup,dup,active,const,active --mode check
// RUN: autodiff-opt %s --autodiff-wrap="function=sweep mode=jvp args=dup,dup,const results=dup_noneed name=tangent" | autodiff-run - --entry tangent --arg rand:4:1 --arg rand:4:2 --arg 0.7 --arg 0.3 --arg 0  --mode check
// The two halves themselves are differentiated, behind the request that makes them.
// RUN: autodiff-run %s --entry by_hand --arg 0.6 --arg 0.9 --mode check
func.func @sweep(%a: memref<?xf64>, %x: f64, %i: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  %more = arith.cmpi slt, %i, %n : index
  %r = scf.if %more -> f64 {
    %v = memref.load %a[%i] : memref<?xf64>
    %vx = arith.mulf %v, %x : f64
    memref.store %vx, %a[%i] : memref<?xf64>
    %j = arith.addi %i, %c1 : index
    %p = func.call @sweep(%a, %vx, %j) : (memref<?xf64>, f64, index) -> f64
    %w = memref.load %a[%i] : memref<?xf64>
    %wp = arith.mulf %w, %p : f64
    memref.store %wp, %a[%c0] : memref<?xf64>
    %s = math.sin %wp : f64
    scf.yield %s : f64
  } else {
    scf.yield %x : f64
  }
  return %r : f64
}
func.func private @g(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %x) -> f64 {
    %t = math.sin %s : f64
    %u = arith.mulf %t, %x : f64
    scf.yield %u : f64
  }
  return %r : f64
}
func.func @by_hand(%x: f64, %bar: f64) -> f64 {
  %y, %tape = autodiff.augment @g(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  %b = arith.mulf %bar, %y : f64
  %x_bar = autodiff.pullback @g(%tape, %b) args [active] results [active] : (!autodiff.tape, f64) -> f64
  %z = arith.mulf %x_bar, %y : f64
  return %z : f64
}
