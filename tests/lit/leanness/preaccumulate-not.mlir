// Sums that are not made together with their derivatives.
// RUN: autodiff-opt %s --autodiff-print-cache-plan="function=seed_known results=active_noneed" --autodiff-print-cache-plan="function=streams" --autodiff-print-cache-plan="function=product" --autodiff-print-cache-plan="function=cheap" --autodiff-print-cache-plan="function=one_side" --autodiff-print-cache-plan="function=narrow" --autodiff-print-cache-plan="function=half" --autodiff-print-cache-plan="function=pairs" -o /dev/null | FileCheck %s --implicit-check-not=preaccumulated
// RUN: autodiff-run %s --entry one_side --arg rand:6:1 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry narrow --arg 0.3 --arg 0.4 --arg 5 --mode check
// RUN: autodiff-run %s --entry half --arg 0.3 --arg 5 --mode check
// RUN: autodiff-run %s --entry pairs --arg rand:7:1 --arg 60 --mode check
// RUN: autodiff-run %s --entry pairs --arg rand:500:1 --arg 6 --mode vjp --json | python3 -c "import json, sys; sys.exit(json.load(sys.stdin)['cache_bytes'] > 8 * 500)"
// RUN: autodiff-run %s --entry product --arg rand:6:1 --arg 0.4 --mode check

// Nobody needs the sum: it is made in the reverse sweep only.
// CHECK: @seed_known
func.func @seed_known(%x: memref<?xf64>, %a: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %v = memref.load %x[%c0] : memref<?xf64>
    %av = arith.mulf %a, %v : f64
    %e = math.exp %av : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %half = arith.mulf %sum, %a : f64
  %y = arith.subf %sum, %a : f64
  return %y : f64
}
// As many partials as iterations.
// CHECK: @streams
func.func @streams(%x: memref<?xf64>, %a: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %v = memref.load %x[%i] : memref<?xf64>
    %av = arith.mulf %a, %v : f64
    %e = math.exp %av : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}
// The cotangent of a product is another one in each iteration.
// CHECK: @product
func.func @product(%x: memref<?xf64>, %a: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %v = memref.load %x[%c0] : memref<?xf64>
    %av = arith.mulf %a, %v : f64
    %e = math.exp %av : f64
    %p = arith.mulf %s, %e : f64
    %t = arith.addf %s, %p : f64
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}
// Such loops become vectors.
// CHECK: @cheap
func.func @cheap(%x: memref<?xf64>, %a: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %v = memref.load %x[%c0] : memref<?xf64>
    %av = arith.mulf %a, %v : f64
    %e = arith.mulf %av, %av : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}
// One side of the branch starts again.
// CHECK: @one_side
func.func @one_side(%x: memref<?xf64>, %a: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %x, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> f64 {
    %v = memref.load %x[%i] : memref<?xf64>
    %w = memref.load %x[%c0] : memref<?xf64>
    %less = arith.cmpf olt, %v, %zero : f64
    %t = scf.if %less -> f64 {
      %av = arith.mulf %a, %w : f64
      %e = math.exp %av : f64
      scf.yield %e : f64
    } else {
      %m = arith.addf %s, %w : f64
      scf.yield %m : f64
    }
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}
// The factor is of another type.
// CHECK: @narrow
func.func @narrow(%x: f32, %a: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %sum = scf.for %i = %c0 to %c9 step %c1 iter_args(%s = %a) -> f64 {
    %first = arith.cmpi slt, %i, %n : index
    %t = scf.if %first -> f64 {
      %v = arith.extf %x : f32 to f64
      %e = math.exp %v : f64
      %more = arith.addf %s, %e : f64
      scf.yield %more : f64
    } else {
      scf.yield %s : f64
    }
    scf.yield %t : f64
  }
  %y = arith.mulf %sum, %sum : f64
  return %y : f64
}
// Partials without their factor may be too large for so narrow a type.
// CHECK: @half
func.func @half(%a: f16, %n: index) -> f16 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f16
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f16 {
    %e = math.exp %a : f16
    %t = arith.addf %s, %e : f16
    scf.yield %t : f16
  }
  %y = math.log %sum : f16
  return %y : f16
}
// Buffers of partials, or numbers of pairs, would be kept for each iteration around.
// CHECK: @pairs
func.func @pairs(%x: memref<?xf64>, %k: index) -> f64 {
  %z = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %t = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %z) -> f64 {
    %xi = memref.load %x[%i] : memref<?xf64>
    %r = scf.for %j = %c0 to %n step %c1 iter_args(%s = %z) -> f64 {
      %xj = memref.load %x[%j] : memref<?xf64>
      %d = arith.subf %xi, %xj : f64
      %in = scf.for %l = %c0 to %k step %c1 iter_args(%u = %s) -> f64 {
        %li = arith.index_cast %l : index to i64
        %lf = arith.sitofp %li : i64 to f64
        %dl = arith.mulf %d, %lf : f64
        %e = math.sin %dl : f64
        %uu = arith.addf %u, %e : f64
        scf.yield %uu : f64
      }
      scf.yield %in : f64
    }
    %lg = arith.mulf %r, %r : f64
    %a = arith.addf %acc, %lg : f64
    scf.yield %a : f64
  }
  return %t : f64
}
