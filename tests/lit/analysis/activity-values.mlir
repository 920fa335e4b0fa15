// A value is active if it varies with an input and is useful for an output; each of the four cases.
// RUN: autodiff-opt %s --autodiff-print-activity="function=f args=active,const" -o /dev/null | FileCheck %s
func.func @f(%x: f64, %c: f64) -> f64 {
  %active = math.sin %x : f64
  %useful = math.cos %c : f64
  %lost = math.exp %x : f64
  %idle = math.tanh %c : f64
  %above = arith.cmpf ogt, %lost, %idle : f64
  %z = arith.mulf %active, %useful : f64
  %y = arith.select %above, %z, %active : f64
  return %y : f64
}
// CHECK-LABEL: @f.vjp.active.const.to.active: activity
// CHECK-NEXT:    %arg0: argument #0: active (varied and useful)
// CHECK-NEXT:    %arg1: argument #1: inactive (useful, not varied)
// CHECK-NEXT:    math.sin at {{.*}}: active (varied and useful)
// CHECK-NEXT:    math.cos at {{.*}}: inactive (useful, not varied)
// CHECK-NEXT:    math.exp at {{.*}}: inactive (varied, not useful)
// CHECK-NEXT:    math.tanh at {{.*}}: inactive (neither varied nor useful)
// CHECK-NEXT:    arith.mulf at {{.*}}: active (varied and useful)
// CHECK-NEXT:    arith.select at {{.*}}: active (varied and useful)
// CHECK-NOT:     {{.}}
