// Sums of adjoints of narrow numbers over calls that are not inlined are made in f32, too: a sum of ones would stall at 256
// in bf16, and at 2048 in f16.
// RUN: autodiff-run %s --entry deep --arg 0.5 --arg 1024 --activity active,const --mode vjp | FileCheck %s --check-prefix=DEEP
// RUN: autodiff-run %s --entry mutual --arg 0.5 --arg 4096 --activity active,const --mode vjp | FileCheck %s --check-prefix=MUTUAL
// RUN: autodiff-run %s --entry in_loop --arg 0.5 --arg 4096 --activity active,const --mode vjp | FileCheck %s --check-prefix=LOOP
// RUN: autodiff-run %s --entry deep --arg 0.5 --arg 3 --activity active,const --mode check
// RUN: autodiff-run %s --entry wide_and_narrow --arg 0.5 --arg 3 --arg 0.25 --activity active,const,active --mode check
// RUN: autodiff-run %s --entry wide_and_narrow --arg 0.5 --arg 1000 --arg 0.25 --activity active,const,active --mode vjp \
// RUN:   | FileCheck %s --check-prefix=MIXED
// RUN: autodiff-opt %s --autodiff-wrap=function=deep --autodiff-differentiate | FileCheck %s

// Each level hands an f32 to the next; what the user asked for keeps its type.
// CHECK-LABEL: func.func private @deep.pullback.active.const.wide(
// CHECK-SAME: !autodiff.tape, %{{.*}}: f32) -> f32
// CHECK-LABEL: func.func private @deep.vjp.active.const.to.active(
// CHECK-SAME: %{{.*}}: bf16, %{{.*}}: index, %{{.*}}: bf16) -> (bf16, bf16)
// x for each of n levels: n ones.
// DEEP: grad-arg-0 {{.*}} 1024{{$}}
func.func @deep(%x: bf16, %n: index) -> bf16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : bf16
  %ends = arith.cmpi eq, %n, %c0 : index
  %y = scf.if %ends -> bf16 {
    scf.yield %zero : bf16
  } else {
    %less = arith.subi %n, %c1 : index
    %rest = func.call @deep(%x, %less) : (bf16, index) -> bf16
    %sum = arith.addf %rest, %x : bf16
    scf.yield %sum : bf16
  }
  return %y : bf16
}
// MUTUAL: grad-arg-0 {{.*}} 4096{{$}}
func.func @mutual(%x: f16, %n: index) -> f16 {
  %y = func.call @even(%x, %n) : (f16, index) -> f16
  return %y : f16
}
func.func private @even(%x: f16, %n: index) -> f16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f16
  %ends = arith.cmpi eq, %n, %c0 : index
  %y = scf.if %ends -> f16 {
    scf.yield %zero : f16
  } else {
    %less = arith.subi %n, %c1 : index
    %rest = func.call @odd(%x, %less) : (f16, index) -> f16
    %sum = arith.addf %rest, %x : f16
    scf.yield %sum : f16
  }
  return %y : f16
}
func.func private @odd(%x: f16, %n: index) -> f16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f16
  %ends = arith.cmpi eq, %n, %c0 : index
  %y = scf.if %ends -> f16 {
    scf.yield %zero : f16
  } else {
    %less = arith.subi %n, %c1 : index
    %rest = func.call @even(%x, %less) : (f16, index) -> f16
    %sum = arith.addf %rest, %x : f16
    scf.yield %sum : f16
  }
  return %y : f16
}
// LOOP: grad-arg-0 {{.*}} 4096{{$}}
func.func @in_loop(%x: bf16, %n: index) -> bf16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : bf16
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> bf16 {
    %t = func.call @same(%x) : (bf16) -> bf16
    %sum = arith.addf %s, %t : bf16
    scf.yield %sum : bf16
  }
  return %y : bf16
}
func.func private @same(%x: bf16) -> bf16 attributes {no_inline} {
  return %x : bf16
}
// Numbers of several types go through one call, and one result is narrow where the other is not: n z and n x.
// MIXED: grad-arg-0 {{.*}} 1000{{$}}
// MIXED: grad-arg-2 {{.*}} 1000{{$}}
func.func @wide_and_narrow(%x: bf16, %n: index, %z: f64) -> (bf16, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : bf16
  %none = arith.constant 0.0 : f64
  %ends = arith.cmpi eq, %n, %c0 : index
  %y:2 = scf.if %ends -> (bf16, f64) {
    scf.yield %zero, %none : bf16, f64
  } else {
    %less = arith.subi %n, %c1 : index
    %rest:2 = func.call @wide_and_narrow(%x, %less, %z) : (bf16, index, f64) -> (bf16, f64)
    %sum = arith.addf %rest#0, %x : bf16
    %far = arith.addf %rest#1, %z : f64
    scf.yield %sum, %far : bf16, f64
  }
  return %y#0, %y#1 : bf16, f64
}
