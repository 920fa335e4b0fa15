// A while loop in a while loop, in a counted loop, and around one: stacks of caches whose lengths vary by trip.
// RUN: autodiff-run %s --entry nested --arg 0.9 --arg 5 --mode check
// RUN: autodiff-run %s --entry nested --arg 0.9 --arg 0 --mode check
// RUN: autodiff-run %s --entry in_for --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry around_for --arg 0.6 --arg 4 --mode check
// RUN: autodiff-run %s --entry in_if --arg 0.6 --arg 3 --mode check
// RUN: autodiff-run %s --entry in_if --arg -0.6 --arg 3 --mode check
func.func @nested(%x: f64, %n: i64) -> f64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r:2 = scf.while (%s = %x, %i = %zero) : (f64, i64) -> (f64, i64) {
    %more = arith.cmpi slt, %i, %n : i64
    scf.condition(%more) %s, %i : f64, i64
  } do {
  ^bb0(%s: f64, %i: i64):
    %q:2 = scf.while (%t = %s, %j = %zero) : (f64, i64) -> (f64, i64) {
      %more = arith.cmpi slt, %j, %i : i64
      %u = math.sin %t : f64
      scf.condition(%more) %u, %j : f64, i64
    } do {
    ^bb0(%t: f64, %j: i64):
      %tx = arith.mulf %t, %x : f64
      %k = arith.addi %j, %one : i64
      scf.yield %tx, %k : f64, i64
    }
    %next = arith.addi %i, %one : i64
    %sum = arith.addf %q#0, %x : f64
    scf.yield %sum, %next : f64, i64
  }
  return %r#0 : f64
}
// The trip count depends on the data.
func.func @in_for(%a: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %limit = arith.constant 3.0 : f64
  %growth = arith.constant 1.3 : f64
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<4xf64>
    %e = math.exp %x : f64
    %y = scf.while (%t = %e) : (f64) -> f64 {
      %more = arith.cmpf olt, %t, %limit : f64
      scf.condition(%more) %t : f64
    } do {
    ^bb0(%t: f64):
      %u = arith.mulf %t, %growth : f64
      %v = arith.mulf %u, %e : f64
      %w = math.absf %v : f64
      %next = arith.addf %w, %growth : f64
      scf.yield %next : f64
    }
    %sum = arith.addf %s, %y : f64
    scf.yield %sum : f64
  }
  return %r : f64
}
func.func @around_for(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.while (%s = %x, %i = %c0) : (f64, index) -> (f64, index) {
    %more = arith.cmpi ult, %i, %n : index
    scf.condition(%more) %s, %i : f64, index
  } do {
  ^bb0(%s: f64, %i: index):
    %t = scf.for %j = %c0 to %i step %c1 iter_args(%u = %s) -> f64 {
      %ux = arith.mulf %u, %x : f64
      %v = math.cos %ux : f64
      scf.yield %v : f64
    }
    %next = arith.addi %i, %c1 : index
    scf.yield %t, %next : f64, index
  }
  return %r#0 : f64
}
func.func @in_if(%x: f64, %n: i64) -> f64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %origin = arith.constant 0.0 : f64
  %positive = arith.cmpf ogt, %x, %origin : f64
  %y = scf.if %positive -> f64 {
    %r:2 = scf.while (%s = %x, %i = %zero) : (f64, i64) -> (f64, i64) {
      %more = arith.cmpi slt, %i, %n : i64
      scf.condition(%more) %s, %i : f64, i64
    } do {
    ^bb0(%s: f64, %i: i64):
      %t = math.exp %s : f64
      %u = math.sin %t : f64
      %next = arith.addi %i, %one : i64
      scf.yield %u, %next : f64, i64
    }
    scf.yield %r#0 : f64
  } else {
    %s = math.cos %x : f64
    scf.yield %s : f64
  }
  return %y : f64
}
