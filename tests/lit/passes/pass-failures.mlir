// A block that ends in 'unreachable' goes on where its predecessor would without it, so that checks leave loops whole.
// RUN: autodiff-opt %s --autodiff-pass-failures | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=checked --autodiff-differentiate | FileCheck %s --check-prefix=LOOP
// RUN: autodiff-run %s --entry checked --arg rand:5:1 --arg 5 --arg 9 --mode check
// RUN: autodiff-run %s --entry chosen --arg 0.4 --arg 1 --mode check
// RUN: autodiff-run %s --entry either --arg 0.4 --arg 0 --arg 1 --mode check
// RUN: autodiff-run %s --entry shared --arg 0.4 --arg 7 --mode check
func.func private @fail(%why: index) attributes {no_inline} {
  return
}

// CHECK-LABEL: func.func @checked
// CHECK:         arith.cmpi uge
// CHECK:         cf.cond_br %{{.*}}, ^[[FAILS:bb[0-9]+]], ^[[GOES_ON:bb[0-9]+]]
// CHECK-NOT:     unreachable
// CHECK:       ^[[FAILS]]:
// CHECK-NEXT:    call @fail
// CHECK-NEXT:    cf.br ^[[GOES_ON]]
// LOOP-LABEL: func.func private @checked.vjp
// LOOP:         scf.for
// LOOP:           scf.if
// LOOP-NEXT:        func.call @fail
// LOOP:         scf.for
// LOOP-NOT:       call @fail
// LOOP:         return
func.func @checked(%a: memref<?xf64>, %n: index, %limit: index) -> f64 {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %start = arith.constant 0.0 : f64
  cf.br ^head(%zero, %start : index, f64)
^head(%i: index, %s: f64):
  %more = arith.cmpi slt, %i, %n : index
  cf.cond_br %more, ^body, ^end
^body:
  %outside = arith.cmpi uge, %i, %limit : index
  cf.cond_br %outside, ^out, ^inside
^out:
  call @fail(%i) : (index) -> ()
  ub.unreachable
^inside:
  %v = memref.load %a[%i] : memref<?xf64>
  %w = math.sin %v : f64
  %t = arith.addf %s, %w : f64
  %j = arith.addi %i, %one : index
  cf.br ^head(%j, %t : index, f64)
^end:
  return %s : f64
}

// The default of a switch, and a case that leads to it.
// CHECK-LABEL: func.func @chosen
// CHECK-NOT:     unreachable
func.func @chosen(%x: f64, %k: i32) -> f64 {
  cf.switch %k : i32, [
    default: ^bad,
    1: ^good(%x : f64),
    2: ^worse
  ]
^bad:
  %one = arith.constant 1 : index
  call @fail(%one) : (index) -> ()
  llvm.unreachable
^worse:
  cf.br ^bad
^good(%u: f64):
  %y = math.sin %u : f64
  return %y : f64
}

// Both sides of a branch fail.
// CHECK-LABEL: func.func @either
// CHECK-NOT:     unreachable
func.func @either(%x: f64, %fails: i1, %how: i1) -> f64 {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  cf.cond_br %fails, ^which, ^good
^which:
  cf.cond_br %how, ^first, ^second(%two : index)
^first:
  call @fail(%one) : (index) -> ()
  ub.unreachable
^second(%why: index):
  call @fail(%why) : (index) -> ()
  ub.unreachable
^good:
  %y = math.cos %x : f64
  return %y : f64
}

// Several checks fail in one block, which is told why.
// CHECK-LABEL: func.func @shared
// CHECK-NOT:     unreachable
func.func @shared(%x: f64, %k: index) -> f64 {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %small = arith.cmpi slt, %k, %one : index
  cf.cond_br %small, ^bad(%one : index), ^next
^next:
  %y = math.cos %x : f64
  %odd = arith.cmpi eq, %k, %two : index
  cf.cond_br %odd, ^bad(%two : index), ^good(%y : f64)
^bad(%why: index):
  call @fail(%why) : (index) -> ()
  ub.unreachable
^good(%z: f64):
  %w = arith.mulf %z, %x : f64
  return %w : f64
}

// A block that fails has an op with a region, and several ways lead to it.
// CHECK-LABEL: func.func @with_region
// CHECK-NOT: unreachable
func.func @with_region(%x: f64, %k: i32) -> f64 {
  cf.switch %k : i32, [
    default: ^fails,
    1: ^ends(%x : f64),
    2: ^goes_on
  ]
^fails:
  %i = scf.execute_region -> index {
    cf.br ^inner
  ^inner:
    %c1 = arith.constant 1 : index
    scf.yield %c1 : index
  }
  llvm.unreachable
^goes_on:
  cf.br ^fails
^ends(%y: f64):
  return %y : f64
}
