// Results: one argument returned twice, an inactive one, a constant, and arguments that no result needs.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --arg 3 --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --arg 3 --activity const,active,const --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0.3 --arg 3 --mode vjp --seed 10.0 --seed 100.0 --seed 1000.0 --json | FileCheck %s --check-prefix=VALUES
func.func @f(%x: f64, %unused: f64, %n: i32) -> (f64, f64, i32, f64) {
  %c = arith.constant 4.0 : f64
  return %x, %x, %n, %c : f64, f64, i32, f64
}
// CHECK-LABEL: func.func private @f.vjp.active.active.const
// CHECK-SAME:    (%[[X:.*]]: f64, %{{.*}}: f64, %[[N:.*]]: i32, %[[Y0_BAR:.*]]: f64, %[[Y1_BAR:.*]]: f64, %{{.*}}: f64)
// CHECK-DAG:     %[[X_BAR:.*]] = arith.addf %{{.*}}, %{{.*}} : f64
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.0
// CHECK:         return %[[X]], %[[X]], %[[N]], %{{.*}}, %[[X_BAR]], %[[ZERO]]

// VALUES: "gradients":[{"index":0,{{.*}}"values":[110.0]{{.*}}{"index":1,{{.*}}"values":[0.0]
