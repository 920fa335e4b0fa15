// A tree of calls that would be thousands of ops if all were inlined: inlined is what stays small, the rest is called.
// RUN: autodiff-run %s --entry root --arg 0.7 --arg 0.4 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=root --autodiff-differentiate | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=root --autodiff-differentiate | FileCheck %s --check-prefix=TWO
// The derivative of a derivative is made in the same way.
// RUN: autodiff-opt %s --autodiff-wrap="function=root mode=vjp args=active,active results=active_noneed name=gradient" | autodiff-run - --entry gradient --arg 0.7 --arg 0.4 --arg 1.0 --activity active,active,active --mode check
// CHECK-LABEL: func.func private @root.vjp.active.active
// CHECK:         call @[[INNER:level[0-9]+]].augment.active.active
// CHECK:         call @[[INNER]].pullback.active.active
// CHECK:       func.func private @[[INNER]].augment.active.active
// CHECK:       func.func private @[[INNER]].pullback.active.active
// What is small is inlined: one level has a derivative of its own, the others have none.
// TWO-COUNT-1: func.func private @level{{[0-9]+}}.augment
// TWO-NOT:     func.func private @level{{[0-9]+}}.augment
func.func @root(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level1(%w, %x) : (f64, f64) -> f64
  %q = func.call @level1(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level1(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level2(%w, %x) : (f64, f64) -> f64
  %q = func.call @level2(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level2(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level3(%w, %x) : (f64, f64) -> f64
  %q = func.call @level3(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level3(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level4(%w, %x) : (f64, f64) -> f64
  %q = func.call @level4(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level4(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level5(%w, %x) : (f64, f64) -> f64
  %q = func.call @level5(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level5(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level6(%w, %x) : (f64, f64) -> f64
  %q = func.call @level6(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level6(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level7(%w, %x) : (f64, f64) -> f64
  %q = func.call @level7(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level7(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level8(%w, %x) : (f64, f64) -> f64
  %q = func.call @level8(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level8(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level9(%w, %x) : (f64, f64) -> f64
  %q = func.call @level9(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level9(%w: f64, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level10(%w, %x) : (f64, f64) -> f64
  %q = func.call @level10(%w, %p) : (f64, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level10(%w: f64, %x: f64) -> f64 {
  %c = arith.constant 0.01 : f64
  %wx = arith.mulf %w, %x : f64
  %s = math.sin %wx : f64
  %cs = arith.mulf %c, %s : f64
  %r = arith.addf %x, %cs : f64
  return %r : f64
}
