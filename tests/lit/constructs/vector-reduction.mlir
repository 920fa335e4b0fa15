// Reductions of vectors, of all kinds of floats, with and without a start value, in both modes and differentiated again.
// RUN: autodiff-run %s --entry sum --arg rand:4:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry product --arg rand:4:1 --arg 0.3 --mode check

// RUN: autodiff-run %s --entry extremes --arg rand:4:1 --arg 0.3 --mode check
// RUN: autodiff-run %s --entry extremes --arg rand:4:3 --arg -7 --mode check
// RUN: autodiff-run %s --entry of_zeros --arg 0.5 --mode check
// RUN: autodiff-run %s --entry of_zeros --arg 0.5 --mode vjp | FileCheck %s --check-prefix=ZEROS
// RUN: autodiff-run %s --entry ties --arg 0.5 --arg 0.5 --mode vjp | FileCheck %s --check-prefix=TIES
// RUN: autodiff-run %s --entry hessian --arg rand:4:1 --arg 0.3 --mode check
// RUN: autodiff-opt %s --autodiff-differentiate | FileCheck %s

// The reverse of a sum is a broadcast, that of a product no loop and no division.
// CHECK-LABEL: func.func private @product.vjp
// CHECK-NOT: divf
// CHECK: return
func.func @sum(%v: vector<4xf64>, %s: f64) -> f64 {
  %a = vector.reduction <add>, %v : vector<4xf64> into f64
  %w = arith.mulf %v, %v : vector<4xf64>
  %b = vector.reduction <add>, %w, %s : vector<4xf64> into f64
  %y = arith.mulf %a, %b : f64
  return %y : f64
}
func.func @product(%v: vector<4xf64>, %s: f64) -> f64 {
  %a = vector.reduction <mul>, %v : vector<4xf64> into f64
  %w = math.sin %v : vector<4xf64>
  %b = vector.reduction <mul>, %w, %s : vector<4xf64> into f64
  %y = arith.addf %a, %b : f64
  return %y : f64
}
func.func @extremes(%v: vector<4xf64>, %s: f64) -> f64 {
  %a = vector.reduction <minimumf>, %v : vector<4xf64> into f64
  %b = vector.reduction <maximumf>, %v, %s : vector<4xf64> into f64
  %w = math.sin %v : vector<4xf64>
  %c = vector.reduction <minnumf>, %w, %s : vector<4xf64> into f64
  %d = vector.reduction <maxnumf>, %w : vector<4xf64> into f64
  %ab = arith.mulf %a, %b : f64
  %cd = arith.mulf %c, %d : f64
  %y = arith.addf %ab, %cd : f64
  return %y : f64
}
// Of x * 3 * 0 nothing depends on x; of 2 x * 3 * (x - 1/2) at x = 1/2 only the last factor is zero.
// ZEROS: grad-arg-0 {{.*}} 3{{$}}
func.func @of_zeros(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %two = arith.constant 2.0 : f64
  %three = arith.constant 3.0 : f64
  %v = vector.from_elements %zero, %three : vector<2xf64>
  %first = vector.insert %x, %v [0] : f64 into vector<2xf64>
  %dead = vector.reduction <mul>, %first, %zero : vector<2xf64> into f64
  %twice = arith.mulf %x, %two : f64
  %less = arith.subf %x, %half : f64
  %w = vector.insert %twice, %v [0] : f64 into vector<2xf64>
  %alive = vector.reduction <mul>, %w, %less : vector<2xf64> into f64
  %y = arith.addf %dead, %alive : f64
  return %y : f64
}
// The first of two that are the largest has the derivative.
// TIES: grad-arg-0 {{.*}} 1{{$}}
// TIES: grad-arg-1 {{.*}} 0{{$}}
func.func @ties(%x: f64, %z: f64) -> f64 {
  %v = arith.constant dense<0.25> : vector<3xf64>
  %w = vector.insert %x, %v [1] : f64 into vector<3xf64>
  %u = vector.insert %z, %w [2] : f64 into vector<3xf64>
  %y = vector.reduction <maximumf>, %u : vector<3xf64> into f64
  return %y : f64
}
func.func @hessian(%v: vector<4xf64>, %s: f64) -> (vector<4xf64>, f64) {
  %one = arith.constant 1.0 : f64
  %v_bar, %s_bar = autodiff.vjp @product(%v, %s, %one) args [active, active] results [active_noneed]
    : (vector<4xf64>, f64, f64) -> (vector<4xf64>, f64)
  return %v_bar, %s_bar : vector<4xf64>, f64
}
