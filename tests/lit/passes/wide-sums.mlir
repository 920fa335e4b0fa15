// Sums of adjoints of f16 and bf16 numbers are made in f32, unless the option says that they stall as the numbers do.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s --check-prefix=WIDE
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate=wide-sums=false | FileCheck %s --check-prefix=NARROW
// RUN: autodiff-run %s --entry f --arg 0.5 --arg zeros:4096 --mode vjp | FileCheck %s --check-prefix=EXACT
// RUN: autodiff-run %s --entry f --arg 0.5 --arg zeros:4096 --mode vjp --wide-sums false | FileCheck %s --check-prefix=STALLED
func.func @f(%s: bf16, %x: memref<?xbf16>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : bf16
  %n = memref.dim %x, %c0 : memref<?xbf16>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero) -> f32 {
    %xi = memref.load %x[%i] : memref<?xbf16>
    %t = arith.addf %xi, %one : bf16
    %m = arith.mulf %s, %t : bf16
    %e = arith.extf %m : bf16 to f32
    %b = arith.addf %a, %e : f32
    scf.yield %b : f32
  }
  return %r : f32
}
// WIDE-LABEL:   func.func private @f.vjp
// WIDE:           scf.for
// WIDE:           scf.for {{.*}} -> (f32)
// NARROW-LABEL: func.func private @f.vjp
// NARROW:         scf.for
// NARROW:         scf.for {{.*}} -> (bf16)
// EXACT:   grad-arg-0 {{.*}} 4096{{$}}
// STALLED: grad-arg-0 {{.*}} 256{{$}}
