// A tree of calls that share a buffer: reverse mode takes the shadows of the calls back in order, in several directions,
// and once more.
// RUN: autodiff-run %s --entry root --arg rand:3:4 --arg 0.4 --mode check
// RUN: autodiff-opt %s --autodiff-wrap="function=root mode=vjp args=dup,active results=active_noneed name=gradient" | autodiff-run - --entry gradient --arg rand:3:4 --arg rand:3:5 --arg 0.4 --arg 1.0 --activity dup,dup,active,active --mode check
// RUN: autodiff-opt %s --autodiff-differentiate | autodiff-run - --entry directions --arg rand:3:4 --arg 0.4 --mode run --json | FileCheck %s --check-prefix=WIDE
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s
// CHECK: func.func private @level{{[0-9]+}}.pullback.dup.active.x2
// The results are what two directions differ by from those taken one by one.
// WIDE: "results":[{"index":0,{{.*}}"values":[0.0],{{.*}}"index":1,{{.*}}"values":[0.0],
func.func @root(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level1(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level1(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level1(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level2(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level2(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level2(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level3(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level3(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level3(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level4(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level4(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level4(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level5(%a, %x) : (memref<3xf64>, f64) -> f64
  %i = arith.constant 1 : index
  %v = memref.load %a[%i] : memref<3xf64>
  %vp = arith.mulf %v, %p : f64
  memref.store %vp, %a[%i] : memref<3xf64>
  %q = func.call @level5(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level5(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level6(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level6(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level6(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level7(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level7(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level7(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level8(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level8(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level8(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level9(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level9(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level9(%a: memref<3xf64>, %x: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %p = func.call @level10(%a, %x) : (memref<3xf64>, f64) -> f64
  %q = func.call @level10(%a, %p) : (memref<3xf64>, f64) -> f64
  %s = arith.addf %p, %q : f64
  %r = arith.mulf %s, %half : f64
  return %r : f64
}
func.func private @level10(%a: memref<3xf64>, %x: f64) -> f64 {
  %i = arith.constant 1 : index
  %o = arith.constant 2 : index
  %c = arith.constant 0.01 : f64
  %v = memref.load %a[%i] : memref<3xf64>
  %vx = arith.mulf %v, %x : f64
  %s = math.sin %vx : f64
  %cs = arith.mulf %c, %s : f64
  %r = arith.addf %x, %cs : f64
  %u = memref.load %a[%o] : memref<3xf64>
  %cr = arith.mulf %cs, %u : f64
  %w = arith.addf %v, %cr : f64
  memref.store %w, %a[%i] : memref<3xf64>
  return %r : f64
}
func.func @directions(%a: memref<3xf64>, %x: f64) -> (f64, f64) {
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %two = arith.constant 2.0 : f64
  %zero = arith.constant 0.0 : f64
  %b = memref.alloc() : memref<3xf64>
  %s = memref.alloc() : memref<3xf64>
  %t = memref.alloc() : memref<3xf64>
  %u = memref.alloc() : memref<3xf64>
  memref.copy %a, %b : memref<3xf64> to memref<3xf64>
  linalg.fill ins(%zero : f64) outs(%s : memref<3xf64>)
  linalg.fill ins(%zero : f64) outs(%t : memref<3xf64>)
  linalg.fill ins(%zero : f64) outs(%u : memref<3xf64>)
  %p, %q = autodiff.vjp @root(%b, %s, %t, %x, %one, %two) args [dup, active] results [active_noneed] width 2 : (memref<3xf64>, memref<3xf64>, memref<3xf64>, f64, f64, f64) -> (f64, f64)
  memref.copy %a, %b : memref<3xf64> to memref<3xf64>
  %r = autodiff.vjp @root(%b, %u, %x, %two) args [dup, active] results [active_noneed] : (memref<3xf64>, memref<3xf64>, f64, f64) -> f64
  %d = arith.subf %q, %r : f64
  %v = memref.load %t[%c1] : memref<3xf64>
  %w = memref.load %u[%c1] : memref<3xf64>
  %e = arith.subf %v, %w : f64
  memref.dealloc %b : memref<3xf64>
  memref.dealloc %s : memref<3xf64>
  memref.dealloc %t : memref<3xf64>
  memref.dealloc %u : memref<3xf64>
  return %d, %e : f64, f64
}
