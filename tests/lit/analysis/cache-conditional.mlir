// What a conditional gives is computed again where caches are dear, with all that its branches use from outside.
// RUN: autodiff-opt %s --autodiff-print-cache-plan=function=chosen -o /dev/null | FileCheck %s --check-prefix=USUAL
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=chosen cache-cost=30" -o /dev/null | FileCheck %s --check-prefix=DEAR
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=written cache-cost=1000" -o /dev/null | FileCheck %s --check-prefix=WRITTEN
// RUN: autodiff-opt %s --autodiff-explain="function=written cache-cost=1000" -o /dev/null | FileCheck %s --check-prefix=WHY
// RUN: autodiff-opt %s --autodiff-wrap=function=chosen --autodiff-wrap=function=parallel --autodiff-wrap=function=nested --autodiff-differentiate=cache-cost=30 | FileCheck %s
// RUN: autodiff-run %s --entry chosen --arg rand:9:3 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry chosen --arg rand:9:3 --arg 0.4 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry slope --arg rand:9:3 --arg 0.4 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry change --arg rand:9:3 --arg 0.4 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry nested --arg rand:8:1 --arg 0.7 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry nested --arg rand:8:1 --arg 0.7 --mode check --cache-cost 30 --width 3
// RUN: autodiff-run %s --entry parallel --arg rand:6:1 --arg rand:6:2 --arg zeros:6 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry parallel --arg rand:6:1 --arg rand:6:2 --arg zeros:6 --mode check --cache-cost 30 --threads 2
// RUN: autodiff-run %s --entry switched --arg rand:8:1 --arg 0.4 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry grows --arg 0.4 --mode check --cache-cost 30
// RUN: autodiff-run %s --entry written --arg rand:6:1 --arg 0.4 --mode check --cache-cost 1000
// RUN: autodiff-run %s --entry buffers --arg rand:8:1 --arg rand:8:2 --arg 0.4 --mode check --cache-cost 30

// Only what the loop carries is kept.
// USUAL: scf.if at {{.*}}: cached, 4 bytes x 9
// DEAR: scf.if at {{.*}}: recomputed
// DEAR: total: 36 bytes
// CHECK-LABEL: func.func private @chosen.vjp
// CHECK-COUNT-1: autodiff.push
// CHECK-NOT:     autodiff.push
// CHECK:         %[[X:.*]] = autodiff.pop
// CHECK:         %[[C:.*]] = memref.load
// CHECK:         scf.if %[[C]]
// CHECK-NEXT:      math.exp %[[X]]
// CHECK:         } else {
// CHECK-NEXT:      math.sin %[[X]]
func.func @chosen(%c: memref<9xi1>, %x: f32) -> f32 {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 9 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%s = %x) -> f32 {
    %p = memref.load %c[%i] : memref<9xi1>
    %q = scf.if %p -> f32 {
      %e = math.exp %s : f32
      scf.yield %e : f32
    } else {
      %e = math.sin %s : f32
      scf.yield %e : f32
    }
    %t = arith.mulf %s, %q : f32
    %y = math.sin %t : f32
    scf.yield %y : f32
  }
  return %r : f32
}
func.func @slope(%c: memref<9xi1>, %x: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %s = autodiff.vjp @chosen(%c, %x, %one) args [const, active] results [active_noneed] : (memref<9xi1>, f32, f32) -> f32
  return %s : f32
}
func.func @change(%c: memref<9xi1>, %x: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %s = autodiff.jvp @slope(%c, %x, %one) args [const, dup] results [dup_noneed] : (memref<9xi1>, f32, f32) -> f32
  return %s : f32
}

// A branch in a branch, a read that can be repeated, the number of the iteration; two results, computed again at once.
// CHECK-LABEL: func.func private @nested.vjp
// CHECK-COUNT-1: autodiff.push
// CHECK-NOT:     autodiff.push
func.func @nested(%a: memref<8xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %half = arith.constant 0.5 : f64
  %r = scf.for %i = %c0 to %c8 step %c1 iter_args(%s = %x) -> f64 {
    %rest = arith.remui %i, %c2 : index
    %even = arith.cmpi eq, %rest, %c0 : index
    %u, %v = scf.if %even -> (f64, f64) {
      %e = memref.load %a[%i] : memref<8xf64>
      %big = arith.cmpf ogt, %e, %half : f64
      %w = scf.if %big -> f64 {
        %p = math.sin %s : f64
        %q = arith.mulf %p, %e : f64
        scf.yield %q : f64
      } else {
        %n = arith.index_cast %i : index to i64
        %f = arith.sitofp %n : i64 to f64
        %q = arith.addf %f, %s : f64
        scf.yield %q : f64
      }
      scf.yield %w, %e : f64, f64
    } else {
      %e = math.cos %s : f64
      scf.yield %e, %s : f64, f64
    }
    %uv = arith.mulf %u, %v : f64
    %t = arith.addf %uv, %s : f64
    %y = math.tanh %t : f64
    scf.yield %y : f64
  }
  return %r : f64
}

// Nothing is kept: all comes from memory that nobody overwrites.
// CHECK-LABEL: func.func private @parallel.vjp
// CHECK-NOT:     autodiff.push
// CHECK:       return
func.func @parallel(%a: memref<6xf64>, %c: memref<6xi1>, %out: memref<6xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 6 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %p = memref.load %c[%i] : memref<6xi1>
    %x = memref.load %a[%i] : memref<6xf64>
    %q = scf.if %p -> f64 {
      %s = math.sin %x : f64
      scf.yield %s : f64
    } else {
      %y = arith.mulf %x, %x : f64
      scf.yield %y : f64
    }
    %t = arith.mulf %q, %q : f64
    %u = arith.mulf %t, %x : f64
    memref.store %u, %out[%i] : memref<6xf64>
    scf.reduce
  }
  return
}

func.func @switched(%a: memref<8xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  %r = scf.for %i = %c0 to %c8 step %c1 iter_args(%s = %x) -> f64 {
    %k = arith.remui %i, %c3 : index
    %q = scf.index_switch %k -> f64
    case 0 {
      %e = math.exp %s : f64
      scf.yield %e : f64
    }
    case 1 {
      %e = memref.load %a[%i] : memref<8xf64>
      scf.yield %e : f64
    }
    default {
      %e = math.cos %s : f64
      scf.yield %e : f64
    }
    %t = arith.mulf %s, %q : f64
    %u = math.sin %t : f64
    scf.yield %u : f64
  }
  return %r : f64
}

// The cache is a stack.
func.func @grows(%x: f64) -> f64 {
  %limit = arith.constant 3.0 : f64
  %one = arith.constant 1.0 : f64
  %r = scf.while (%s = %x) : (f64) -> f64 {
    %go = arith.cmpf olt, %s, %limit : f64
    scf.condition(%go) %s : f64
  } do {
  ^bb0(%s: f64):
    %p = arith.cmpf olt, %s, %one : f64
    %q = scf.if %p -> f64 {
      %e = math.exp %s : f64
      scf.yield %e : f64
    } else {
      %e = arith.mulf %s, %s : f64
      scf.yield %e : f64
    }
    %d = arith.mulf %q, %s : f64
    %e = arith.addf %s, %d : f64
    scf.yield %e : f64
  }
  return %r : f64
}

// What a branch reads is overwritten in the loop: it must be cached.
// WRITTEN: scf.if at {{.*}}: cached
// WHY: scf.if at {{.*}}: 8 bytes x 6; {{.*}}; overwritten in the same nest by memref.store
func.func @written(%a: memref<6xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = arith.constant 6 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f64 {
    %rest = arith.remui %i, %c2 : index
    %even = arith.cmpi eq, %rest, %c0 : index
    %q = scf.if %even -> f64 {
      %e = memref.load %a[%i] : memref<6xf64>
      scf.yield %e : f64
    } else {
      %e = memref.load %a[%c0] : memref<6xf64>
      %f = math.cos %e : f64
      scf.yield %f : f64
    }
    %t = arith.mulf %s, %q : f64
    %u = math.sin %t : f64
    memref.store %u, %a[%i] : memref<6xf64>
    scf.yield %u : f64
  }
  return %r : f64
}

// The choice is between buffers, one of them freed in front of the end.
func.func @buffers(%m: memref<8xf64>, %o: memref<8xf64>, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %copy = memref.alloc() : memref<8xf64>
  memref.copy %m, %copy : memref<8xf64> to memref<8xf64>
  %r = scf.for %i = %c0 to %c8 step %c1 iter_args(%s = %x) -> f64 {
    %rest = arith.remui %i, %c2 : index
    %even = arith.cmpi eq, %rest, %c0 : index
    %q = scf.if %even -> f64 {
      %e = memref.load %copy[%i] : memref<8xf64>
      %f = arith.mulf %e, %e : f64
      scf.yield %f : f64
    } else {
      %e = memref.load %o[%c1] : memref<8xf64>
      scf.yield %e : f64
    }
    %b, %j = scf.if %even -> (memref<8xf64>, index) {
      scf.yield %copy, %i : memref<8xf64>, index
    } else {
      scf.yield %o, %c0 : memref<8xf64>, index
    }
    %v = memref.load %b[%j] : memref<8xf64>
    %qv = arith.addf %q, %v : f64
    %t = arith.mulf %s, %qv : f64
    %u = math.sin %t : f64
    scf.yield %u : f64
  }
  memref.dealloc %copy : memref<8xf64>
  return %r : f64
}
