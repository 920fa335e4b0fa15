// Tables that functions return and call themselves with: their rows are read, written and passed on in the table.
// RUN: autodiff-run %s --entry list --arg rand:10:3 --arg 0.9 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=list --autodiff-differentiate | FileCheck %s
func.func @walk(%t: memref<?xmemref<?xf64>>, %i: index, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %t, %c0 : memref<?xmemref<?xf64>>
  %end = arith.cmpi eq, %i, %n : index
  %y = scf.if %end -> f64 {
    scf.yield %x : f64
  } else {
    %r = memref.load %t[%i] : memref<?xmemref<?xf64>>
    %a = memref.load %r[%c0] : memref<?xf64>
    %p = arith.mulf %a, %x : f64
    %q = math.sin %p : f64
    memref.store %q, %r[%c0] : memref<?xf64>
    // Every second row goes to the next place, too.
    %odd = arith.andi %i, %c1 : index
    %is = arith.cmpi eq, %odd, %c1 : index
    %next = arith.addi %i, %c1 : index
    %inside = arith.cmpi slt, %next, %n : index
    %both = arith.andi %is, %inside : i1
    scf.if %both {
      memref.store %r, %t[%next] : memref<?xmemref<?xf64>>
    }
    %z = func.call @walk(%t, %next, %q) : (memref<?xmemref<?xf64>>, index, f64) -> f64
    %w = memref.load %r[%c1] : memref<?xf64>
    %u = arith.mulf %w, %z : f64
    scf.yield %u : f64
  }
  return %y : f64
}
func.func private @make(%v: memref<10xf64>, %n: index) -> memref<?xmemref<?xf64>> attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %t = memref.alloc(%n) : memref<?xmemref<?xf64>>
  scf.for %i = %c0 to %n step %c1 {
    %r = memref.alloc(%c2) : memref<?xf64>
    %o = arith.muli %i, %c2 : index
    %a = memref.load %v[%o] : memref<10xf64>
    %o1 = arith.addi %o, %c1 : index
    %b = memref.load %v[%o1] : memref<10xf64>
    %b2 = arith.mulf %b, %b : f64
    memref.store %a, %r[%c0] : memref<?xf64>
    memref.store %b2, %r[%c1] : memref<?xf64>
    memref.store %r, %t[%i] : memref<?xmemref<?xf64>>
  }
  return %t : memref<?xmemref<?xf64>>
}
func.func @list(%v: memref<10xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %t = call @make(%v, %c5) : (memref<10xf64>, index) -> memref<?xmemref<?xf64>>
  %y = call @walk(%t, %c0, %x) : (memref<?xmemref<?xf64>>, index, f64) -> f64
  %r = memref.load %t[%c1] : memref<?xmemref<?xf64>>
  %a = memref.load %r[%c0] : memref<?xf64>
  %s = arith.mulf %a, %y : f64
  return %s : f64
}
// CHECK-DAG: func.func private @make.augment{{.*}} -> (memref<?xmemref<?xf64>>, memref<?xmemref<?xf64>>, !autodiff.tape)
// CHECK-DAG: func.func private @walk.augment{{[^(]*}}(%{{.*}}: memref<?xmemref<?xf64>>, %{{.*}}: memref<?xmemref<?xf64>>, %{{.*}}: index, %{{.*}}: f64)
