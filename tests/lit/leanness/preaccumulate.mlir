// The derivatives of a sum are made beside the sum and multiplied by its cotangent: nothing is cached, or computed twice.
// RUN: autodiff-opt %s --autodiff-wrap="function=scalars results=active_noneed" --autodiff-differentiate | FileCheck %s --check-prefix=SCALARS
// RUN: autodiff-opt %s --autodiff-wrap="function=table args=active,dup,const results=active_noneed" --autodiff-differentiate | FileCheck %s --check-prefix=TABLE
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=table args=active,dup,const" -o /dev/null | FileCheck %s --check-prefix=PLAN
// RUN: autodiff-opt %s --autodiff-explain="function=table args=active,dup,const" -o /dev/null | FileCheck %s --check-prefix=EXPLAIN
// RUN: autodiff-run %s --entry scalars --arg 0.7 --arg 0.4 --arg 9 --mode check
// RUN: autodiff-run %s --entry scalars --arg 0.7 --arg 0.4 --arg 0 --mode check
// Many iterations, few, and none.
// RUN: autodiff-run %s --entry table --arg 0.7 --arg rand:5:1 --arg rand:12x12:3 --mode check
// RUN: autodiff-run %s --entry table --arg 0.7 --arg rand:8:1 --arg rand:2x3:3 --mode check
// RUN: autodiff-run %s --entry table --arg 0.7 --arg rand:5:1 --arg rand:0x3:3 --mode check
// RUN: autodiff-run %s --entry table --arg 0.7 --arg rand:8:1 --arg rand:12x12:3 --mode check --threads 2
// RUN: autodiff-run %s --entry in_parallel --arg rand:6:1 --arg rand:8:2 --arg rand:12x12:3 --mode check
// RUN: autodiff-run %s --entry in_parallel --arg rand:6:1 --arg rand:8:2 --arg rand:12x12:3 --mode check --threads 2
// RUN: autodiff-run %s --entry returned --arg 0.7 --arg rand:5:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry returned --arg 0.7 --arg rand:5:1 --arg 60 --mode check
// RUN: autodiff-run %s --entry in_sequence --arg rand:8:2 --arg rand:12x12:3 --arg 3 --mode check
// Second derivatives.
// RUN: autodiff-opt %s --autodiff-wrap="function=table mode=vjp args=active,dup,const results=active_noneed name=gradient" | autodiff-run - --entry gradient --arg 0.7 --arg rand:8:1 --arg rand:8:2 --arg rand:12x12:3 --arg 1.0 --activity active,dup,dup,const,active --mode check

// SCALARS-LABEL: func.func private @scalars.vjp
// SCALARS-SAME:    (%[[A:[^:]*]]: f64, %[[B:[^:]*]]: f64, %{{[^:]*}}: index, %[[BAR:[^:]*]]: f64)
// SCALARS-COUNT-1: scf.for
// SCALARS-NOT:     scf.for
// SCALARS-NOT:     autodiff.cache
// SCALARS:         return
func.func @scalars(%a: f64, %b: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %k = arith.index_cast %i : index to i64
    %x = arith.sitofp %k : i64 to f64
    %ax = arith.mulf %a, %x : f64
    %sin = math.sin %ax : f64
    %p = arith.mulf %sin, %b : f64
    %e = math.exp %p : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}

// One loop of both for many iterations, and loops with caches for few.
// TABLE-LABEL: func.func private @table.vjp
// TABLE:         %[[PAYS:.*]] = arith.cmpi ule
// TABLE-DAG:     %[[MANY:.*]] = arith.select %[[PAYS]], %[[N:.*]], %{{.*}} : index
// TABLE-DAG:     %[[FEW:.*]] = arith.select %[[PAYS]], %{{.*}}, %[[N]] : index
// TABLE:         %[[PARTIALS:.*]] = autodiff.shadow(%{{.*}}) : memref<?xf64>
// TABLE:         scf.for %{{.*}} = %{{.*}} to %[[MANY]]
// TABLE:           scf.for
// TABLE:             autodiff.accumulate %{{.*}}, %[[PARTIALS]]
// TABLE:         autodiff.cache(
// TABLE:         scf.for %{{.*}} = %{{.*}} to %[[FEW]]
// TABLE:         memref.load %[[PARTIALS]]
// TABLE:         memref.dealloc %[[PARTIALS]]

// PLAN: preaccumulated: scf.for at
// PLAN: math.exp at {{.*}}: free, used at once

// EXPLAIN:      preaccumulated:
// EXPLAIN-NEXT:   scf.for at {{.*}}: a sum, made together with its derivatives{{.*}}; if it runs several times for each element of %arg1

func.func @table(%a: f64, %b: memref<?xf64>, %w: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %five = arith.constant 5 : index
  %m = memref.dim %w, %c0 : memref<?x?xf64>
  %n = memref.dim %w, %c1 : memref<?x?xf64>
  %sum = scf.for %i = %c0 to %m step %c1 iter_args(%s = %a) -> f64 {
    %ri = arith.remui %i, %five : index
    %bi = memref.load %b[%ri] : memref<?xf64>
    %ab = arith.mulf %a, %bi : f64
    %inner = scf.for %j = %c0 to %n step %c1 iter_args(%u = %s) -> f64 {
      %wij = memref.load %w[%i, %j] : memref<?x?xf64>
      %rj = arith.remui %j, %five : index
      %bj = memref.load %b[%rj] : memref<?xf64>
      %p = arith.mulf %ab, %wij : f64
      %q = arith.mulf %p, %bj : f64
      %e = math.exp %q : f64
      %near = arith.cmpf olt, %wij, %zero : f64
      %v = scf.if %near -> f64 {
        %cos = math.cos %bj : f64
        %term = arith.mulf %cos, %e : f64
        %more = arith.addf %term, %u : f64
        scf.yield %more : f64
      } else {
        scf.yield %u : f64
      }
      %t = arith.addf %v, %e : f64
      scf.yield %t : f64
    }
    scf.yield %inner : f64
  }
  %y = math.log %sum : f64
  return %y : f64
}

// An array of them, in parallel, and one after the other.
func.func @in_parallel(%a: memref<?xf64>, %b: memref<?xf64>, %w: memref<?x?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %k = memref.dim %a, %c0 : memref<?xf64>
  %sum = scf.parallel (%i) = (%c0) to (%k) step (%c1) init (%zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %x2 = arith.mulf %x, %x : f64
    %y = func.call @table(%x2, %b, %w) : (f64, memref<?xf64>, memref<?x?xf64>) -> f64
    %z = math.sin %y : f64
    scf.reduce(%z : f64) {
    ^bb0(%l: f64, %r: f64):
      %t = arith.addf %l, %r : f64
      scf.reduce.return %t : f64
    }
  }
  return %sum : f64
}
func.func @in_sequence(%b: memref<?xf64>, %w: memref<?x?xf64>, %k: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %r = scf.for %i = %c0 to %k step %c1 iter_args(%s = %one) -> f64 {
    %y = func.call @table(%s, %b, %w) : (f64, memref<?xf64>, memref<?x?xf64>) -> f64
    %z = math.cos %y : f64
    memref.store %z, %b[%i] : memref<?xf64>
    scf.yield %z : f64
  }
  return %r : f64
}
// The sum itself is the result.
func.func @returned(%a: f64, %b: memref<?xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %five = arith.constant 5 : index
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %k = arith.remui %i, %five : index
    %v = memref.load %b[%k] : memref<?xf64>
    %av = arith.mulf %a, %v : f64
    %e = math.exp %av : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  return %sum : f64
}
