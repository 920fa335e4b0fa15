// Nodes that hold cells, in a list that holds nodes: one cell is reached through two nodes, a loop carries a node and
// exchanges its cells, and shadows follow. Also with two directions at once.
// RUN: autodiff-run %s --entry list --arg rand:6:3 --arg 0 --mode check
// RUN: autodiff-run %s --entry list --arg rand:6:3 --arg 1 --mode check
// RUN: autodiff-run %s --entry list --arg rand:6:3 --arg 9 --mode check
// RUN: autodiff-run %s --entry wide --arg rand:6:3 --arg 9 --arg 0.5 | FileCheck %s
func.func @list(%v: memref<6xf64>, %k: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %one = arith.constant 1.0 : f64
  %nodes = memref.alloc() : memref<6xmemref<2xmemref<f64>>>
  scf.for %i = %c0 to %c6 step %c1 {
    %node = memref.alloc() : memref<2xmemref<f64>>
    %a = memref.alloc() : memref<f64>
    %x = memref.load %v[%i] : memref<6xf64>
    memref.store %x, %a[] : memref<f64>
    memref.store %a, %node[%c0] : memref<2xmemref<f64>>
    // The second cell of a node is the first of the node before.
    %has = arith.cmpi ne, %i, %c0 : index
    %before = scf.if %has -> memref<f64> {
      %p = arith.subi %i, %c1 : index
      %n = memref.load %nodes[%p] : memref<6xmemref<2xmemref<f64>>>
      %m = memref.load %n[%c0] : memref<2xmemref<f64>>
      scf.yield %m : memref<f64>
    } else {
      scf.yield %a : memref<f64>
    }
    memref.store %before, %node[%c1] : memref<2xmemref<f64>>
    memref.store %node, %nodes[%i] : memref<6xmemref<2xmemref<f64>>>
  }
  %first = memref.load %nodes[%c0] : memref<6xmemref<2xmemref<f64>>>
  %end:2 = scf.for %i = %c0 to %k step %c1 iter_args(%node = %first, %acc = %one) -> (memref<2xmemref<f64>>, f64) {
    %a = memref.load %node[%c0] : memref<2xmemref<f64>>
    %b = memref.load %node[%c1] : memref<2xmemref<f64>>
    memref.store %a, %node[%c1] : memref<2xmemref<f64>>
    memref.store %b, %node[%c0] : memref<2xmemref<f64>>
    %x = memref.load %a[] : memref<f64>
    %y = memref.load %b[] : memref<f64>
    %p = arith.mulf %x, %y : f64
    %q = arith.addf %p, %acc : f64
    %s = math.cos %q : f64
    memref.store %s, %b[] : memref<f64>
    %w = arith.addi %i, %c2 : index
    %next = arith.remui %w, %c6 : index
    %n = memref.load %nodes[%next] : memref<6xmemref<2xmemref<f64>>>
    scf.yield %n, %s : memref<2xmemref<f64>>, f64
  }
  %l = memref.load %end#0[%c1] : memref<2xmemref<f64>>
  %z = memref.load %l[] : memref<f64>
  %r = arith.mulf %z, %end#1 : f64
  scf.for %i = %c0 to %c6 step %c1 {
    %n = memref.load %nodes[%i] : memref<6xmemref<2xmemref<f64>>>
    memref.dealloc %n : memref<2xmemref<f64>>
  }
  memref.dealloc %nodes : memref<6xmemref<2xmemref<f64>>>
  return %r : f64
}
// Two directions that differ by a factor: the difference of their gradients, in units of 1e-12, without what is left
// behind the point.
func.func @wide(%v: memref<6xf64>, %k: index, %bar: f64) -> (f64, f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %s0 = memref.alloc() : memref<6xf64>
  %s1 = memref.alloc() : memref<6xf64>
  scf.for %i = %c0 to %c6 step %c1 {
    memref.store %zero, %s0[%i] : memref<6xf64>
    memref.store %zero, %s1[%i] : memref<6xf64>
  }
  %bar2 = arith.mulf %bar, %two : f64
  autodiff.vjp @list(%v, %s0, %s1, %k, %bar, %bar2) args [dup, const] results [active_noneed] width 2
    : (memref<6xf64>, memref<6xf64>, memref<6xf64>, index, f64, f64) -> ()
  %sums:2 = scf.for %i = %c0 to %c6 step %c1 iter_args(%most = %zero, %sum = %zero) -> (f64, f64) {
    %a = memref.load %s0[%i] : memref<6xf64>
    %b = memref.load %s1[%i] : memref<6xf64>
    %a2 = arith.mulf %a, %two : f64
    %d = arith.subf %a2, %b : f64
    %e = math.absf %d : f64
    %m = arith.maximumf %e, %most : f64
    %f = math.absf %a : f64
    %s = arith.addf %sum, %f : f64
    scf.yield %m, %s : f64, f64
  }
  %unit = arith.constant 1.0e12 : f64
  %m1 = arith.mulf %sums#0, %unit : f64
  %m2 = math.trunc %m1 : f64
  return %m2, %sums#1 : f64, f64
}
// CHECK:      result-0
// CHECK-SAME:          {{ 0$}}
// CHECK:      result-1
// CHECK-NOT:           {{ 0$}}
// CHECK-SAME:          {{[0-9]}}
