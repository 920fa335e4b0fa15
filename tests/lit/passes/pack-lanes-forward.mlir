// Tangents in three directions, in single precision and across a selection. The primal that is returned before them is
// no direction.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-pack-lanes | FileCheck %s
// RUN: autodiff-run %s --entry tangents --arg 2.0 --arg 4.0 | FileCheck %s --check-prefix=VALUES
// f = x^4 / y^3 = 1/4; df = 4 f / x dx - 3 f / y dy, in the directions (1, -2), (3, 1), (2, -8).
// VALUES: 0.25
// VALUES: 0.875
// VALUES: 1.3125
// VALUES: 2.5

// CHECK-LABEL: func.func private @f.jvp.dup.dup.x3(
// CHECK-SAME:    %[[X:[^:]*]]: f32, %[[X0:[^:]*]]: f32, %[[X1:[^:]*]]: f32, %[[X2:[^:]*]]: f32, %[[Y:[^:]*]]: f32,
// CHECK:         vector.from_elements %[[X0]], %[[X1]], %[[X2]] : vector<3xf32>
// CHECK:         arith.divf %{{.*}} : vector<3xf32>
// CHECK:         %[[DOTS:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : vector<3xf32>
// CHECK:         vector.extract %{{.*}}[2] : f32 from vector<3xf32>
func.func private @f(%x: f32, %y: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %a = arith.mulf %x, %x : f32
  %b = arith.divf %a, %y : f32
  %positive = arith.cmpf ogt, %x, %zero : f32
  %c = arith.select %positive, %b, %a : f32
  %d = arith.mulf %c, %c : f32
  %e = arith.divf %d, %y : f32
  return %e : f32
}

func.func @tangents(%x: f32, %y: f32) -> (f32, f32, f32, f32) {
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -2.0 : f32
  %three = arith.constant 3.0 : f32
  %two = arith.constant 2.0 : f32
  %eight = arith.constant -8.0 : f32
  %z:4 = autodiff.jvp @f(%x, %one, %three, %two, %y, %minus, %one, %eight) args [dup, dup] results [dup] width 3
      : (f32, f32, f32, f32, f32, f32, f32, f32) -> (f32, f32, f32, f32)
  return %z#0, %z#1, %z#2, %z#3 : f32, f32, f32, f32
}
