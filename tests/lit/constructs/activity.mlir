// What no active argument reaches is not differentiated, and what no result needs is not computed.
// RUN: autodiff-opt %s --autodiff-wrap="function=f args=active,const" --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --activity active,const --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --activity const,active --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --mode check
func.func @f(%x: f64, %w: f64) -> f64 {
  %a = math.sin %w : f64
  %b = math.exp %a : f64
  %y = arith.mulf %x, %b : f64
  return %y : f64
}
// CHECK-LABEL: func.func private @f.vjp.active.const
// CHECK-SAME:    (%{{.*}}: f64, %{{.*}}: f64, %[[Y_BAR:.*]]: f64)
// CHECK:         %[[B:.*]] = math.exp
// CHECK-NOT:     math.cos
// CHECK:         %[[X_BAR:.*]] = arith.mulf %[[Y_BAR]], %[[B]]
// CHECK-NEXT:    return %{{.*}}, %[[X_BAR]]
