// The reverse of `scf.if` takes the same branch by the same condition.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --mode check
// RUN: autodiff-run %s --entry f --arg -0.7 --mode check
// RUN: autodiff-run %s --entry one_sided --arg rand:5:1 --mode check
// RUN: autodiff-run %s --entry nested --arg 0.3 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry nested --arg 0.3 --arg -0.4 --mode check
// RUN: autodiff-run %s --entry nested --arg -0.3 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry in_loop --arg rand:9:4 --mode check
// RUN: autodiff-run %s --entry clobbered --arg rand:2:1 --mode check
func.func @f(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %y = scf.if %positive -> f64 {
    %a = math.sin %x : f64
    scf.yield %a : f64
  } else {
    %b = arith.mulf %x, %x : f64
    %c = math.exp %b : f64
    scf.yield %c : f64
  }
  return %y : f64
}
// CHECK-LABEL: func.func private @f.vjp.active
// CHECK:         %[[CONDITION:.*]] = arith.cmpf ogt
// CHECK:         scf.if %[[CONDITION]]
// CHECK:           math.cos
// CHECK:         } else {
// CHECK:           arith.mulf
// CHECK:         return

// A branch without an else, with memory.
func.func @one_sided(%a: memref<5xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %c0 to %c5 step %c1 {
    %x = memref.load %a[%i] : memref<5xf64>
    %negative = arith.cmpf olt, %x, %zero : f64
    scf.if %negative {
      %y = math.exp %x : f64
      memref.store %y, %a[%i] : memref<5xf64>
    }
  }
  return
}
func.func @nested(%x: f64, %y: f64) -> (f64, f64) {
  %zero = arith.constant 0.0 : f64
  %px = arith.cmpf ogt, %x, %zero : f64
  %py = arith.cmpf ogt, %y, %zero : f64
  %r:2 = scf.if %px -> (f64, f64) {
    %s:2 = scf.if %py -> (f64, f64) {
      %a = arith.mulf %x, %y : f64
      scf.yield %a, %x : f64, f64
    } else {
      %a = arith.divf %x, %y : f64
      scf.yield %y, %a : f64, f64
    }
    %t = math.sin %s#0 : f64
    scf.yield %t, %s#1 : f64, f64
  } else {
    scf.yield %y, %zero : f64, f64
  }
  return %r#0, %r#1 : f64, f64
}
func.func @in_loop(%a: memref<9xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %init = arith.constant 0.25 : f64
  %r = scf.for %i = %c0 to %c9 step %c1 iter_args(%s = %init) -> f64 {
    %x = memref.load %a[%i] : memref<9xf64>
    %larger = arith.cmpf ogt, %s, %x : f64
    %next = scf.if %larger -> f64 {
      %p = arith.mulf %s, %x : f64
      %q = math.cos %p : f64
      scf.yield %q : f64
    } else {
      %p = arith.subf %s, %x : f64
      scf.yield %p : f64
    }
    scf.yield %next : f64
  }
  return %r : f64
}
// The condition is read from memory that the branch overwrites.
func.func @clobbered(%a: memref<2xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %minus = arith.constant -1.5 : f64
  %x = memref.load %a[%c0] : memref<2xf64>
  %y = memref.load %a[%c1] : memref<2xf64>
  %positive = arith.cmpf ogt, %x, %zero : f64
  scf.if %positive {
    %xy = arith.mulf %x, %y : f64
    memref.store %minus, %a[%c0] : memref<2xf64>
    memref.store %xy, %a[%c1] : memref<2xf64>
  } else {
    %s = math.sin %y : f64
    memref.store %s, %a[%c0] : memref<2xf64>
  }
  return
}
