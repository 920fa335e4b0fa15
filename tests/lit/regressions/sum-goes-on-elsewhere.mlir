// A loop inside of a sum that goes on from the sum of the loop around it, or whose own sum one side of a branch leaves out, is
// no part of the sum: cotangents of its iterations differ.
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=from_outer" --autodiff-print-cache-plan="function=from_outer_sometimes" -o /dev/null | FileCheck %s --implicit-check-not=preaccumulated
// RUN: autodiff-run %s --entry from_outer --arg 0.7 --arg 4 --mode check
// RUN: autodiff-run %s --entry from_outer_sometimes --arg 0.7 --arg 4 --mode check
// RUN: autodiff-run %s --entry left_out --arg 0.7 --arg 4 --mode check
// CHECK: @from_outer
// The result is that of the last iteration inside.
func.func @from_outer(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f64
  %c3 = arith.constant 3 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %z) -> f64 {
    %q = scf.for %j = %c0 to %c3 step %c1 iter_args(%t = %s) -> f64 {
      %ij = arith.addi %i, %j : index
      %ii = arith.index_cast %ij : index to i64
      %fi = arith.sitofp %ii : i64 to f64
      %m = arith.mulf %x, %fi : f64
      %e = math.sin %m : f64
      %a = arith.addf %s, %e : f64
      scf.yield %a : f64
    }
    scf.yield %q : f64
  }
  %y = arith.mulf %r, %r : f64
  return %y : f64
}
// CHECK: @from_outer_sometimes
// One iteration inside starts again.
func.func @from_outer_sometimes(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f64
  %c5 = arith.constant 5 : index
  %c2 = arith.constant 2 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %z) -> f64 {
    %q = scf.for %j = %c0 to %c5 step %c1 iter_args(%t = %s) -> f64 {
      %ij = arith.addi %i, %j : index
      %ii = arith.index_cast %ij : index to i64
      %fi = arith.sitofp %ii : i64 to f64
      %m = arith.mulf %x, %fi : f64
      %e = math.sin %m : f64
      %c = arith.cmpi eq, %j, %c2 : index
      %w = scf.if %c -> f64 {
        scf.yield %s : f64
      } else {
        %a = arith.addf %t, %e : f64
        scf.yield %a : f64
      }
      scf.yield %w : f64
    }
    scf.yield %q : f64
  }
  %y = arith.mulf %r, %r : f64
  return %y : f64
}
// Some iterations do without the loop inside.
func.func @left_out(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f64
  %c3 = arith.constant 3 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %z) -> f64 {
    %q = scf.for %j = %c0 to %c3 step %c1 iter_args(%t = %s) -> f64 {
      %ij = arith.addi %i, %j : index
      %ii = arith.index_cast %ij : index to i64
      %fi = arith.sitofp %ii : i64 to f64
      %m = arith.mulf %x, %fi : f64
      %e = math.sin %m : f64
      %a = arith.addf %t, %e : f64
      scf.yield %a : f64
    }
    %odd = arith.cmpi eq, %i, %c1 : index
    %v = math.exp %x : f64
    %w = scf.if %odd -> f64 {
      scf.yield %q : f64
    } else {
      %o = arith.addf %s, %v : f64
      scf.yield %o : f64
    }
    scf.yield %w : f64
  }
  %y = arith.mulf %r, %r : f64
  return %y : f64
}
