// Multiplications and additions may be fused, beside what they may do already.
// RUN: autodiff-opt %s --autodiff-allow-contraction | FileCheck %s
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate --autodiff-lower --autodiff-allow-contraction | autodiff-run - --entry f --arg 0.7 --arg 0.3 --mode check
// CHECK-LABEL: func.func @f
func.func @f(%x: f64, %y: f64) -> f64 {
  // CHECK: arith.mulf %{{.*}}, %{{.*}} fastmath<contract> : f64
  %a = arith.mulf %x, %y : f64
  // CHECK: arith.addf %{{.*}}, %{{.*}} fastmath<reassoc,contract> : f64
  %b = arith.addf %a, %x fastmath<reassoc> : f64
  // CHECK: arith.subf %{{.*}}, %{{.*}} fastmath<fast> : f64
  %c = arith.subf %b, %y fastmath<fast> : f64
  // CHECK: arith.divf %{{.*}}, %{{.*}} : f64
  %d = arith.divf %c, %y : f64
  return %d : f64
}
