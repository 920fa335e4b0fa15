// Values that need each other, directly or through memory, are not taken for directions of one, whatever a function
// says of its results: that is a hint, and may be wrong.
// RUN: autodiff-opt %s --autodiff-pack-lanes | FileCheck %s
// RUN: autodiff-run %s --entry all --arg 3.0 --arg 2.0 --arg 5.0 | FileCheck %s --check-prefix=VALUES
// 3/8 and 3/64, 3/4 and 3/16, 3/4 and 5/4, 3/4 and 5/4 again.
// VALUES: 0.375
// VALUES: 0.046875
// VALUES: 0.75
// VALUES: 0.1875
// VALUES: 0.75
// VALUES: 1.25
// VALUES: 0.75
// VALUES: 1.25

// The second chain starts where the first one ends.
// CHECK-LABEL: func.func private @chains
// CHECK-NOT:     {lanes
// CHECK-NOT:     vector
// CHECK:         return
func.func private @chains(%x: f64, %y: f64) -> (f64, f64) attributes {lanes = array<i64: 0, 1>} {
  %a = arith.divf %x, %y : f64
  %a.1 = arith.divf %a, %y : f64
  %a.2 = arith.divf %a.1, %y : f64
  %b = arith.divf %a.2, %y : f64
  %b.1 = arith.divf %b, %y : f64
  %b.2 = arith.divf %b.1, %y : f64
  return %a.2, %b.2 : f64, f64
}

// So it does here, but through memory.
// CHECK-LABEL: func.func private @memory
// CHECK-NOT:     vector
// CHECK:         return
func.func private @memory(%x: f64, %y: f64, %m: memref<f64>) -> (f64, f64)
    attributes {lanes = array<i64: 0, 1>} {
  memref.store %x, %m[] : memref<f64>
  %first = memref.load %m[] : memref<f64>
  %a = arith.divf %first, %y : f64
  %a.1 = arith.divf %a, %y : f64
  memref.store %a.1, %m[] : memref<f64>
  %second = memref.load %m[] : memref<f64>
  %b = arith.divf %second, %y : f64
  %b.1 = arith.divf %b, %y : f64
  return %a.1, %b.1 : f64, f64
}

// Loads and stores keep their order where ops around them come together.
// CHECK-LABEL: func.func private @apart
// CHECK:         memref.store
// CHECK:         %[[FIRST:.*]] = memref.load
// CHECK:         memref.store
// CHECK:         %[[SECOND:.*]] = memref.load
// CHECK:         %[[BOTH:.*]] = vector.from_elements %[[FIRST]], %[[SECOND]] : vector<2xf64>
// CHECK:         arith.divf %[[BOTH]], %{{.*}} : vector<2xf64>
func.func private @apart(%x: f64, %y: f64, %z: f64, %m: memref<f64>) -> (f64, f64)
    attributes {lanes = array<i64: 0, 1>} {
  memref.store %x, %m[] : memref<f64>
  %first = memref.load %m[] : memref<f64>
  %a = arith.divf %first, %y : f64
  %a.1 = arith.divf %a, %y : f64
  memref.store %z, %m[] : memref<f64>
  %second = memref.load %m[] : memref<f64>
  %b = arith.divf %second, %y : f64
  %b.1 = arith.divf %b, %y : f64
  return %a.1, %b.1 : f64, f64
}

// One number for two results, and results of two types.
// CHECK-LABEL: func.func private @wrong
// CHECK-NOT:     {lanes
// CHECK-NOT:     vector
// CHECK:         return
func.func private @wrong(%x: f64, %y: f64, %z: f64) -> (f64, f64) attributes {lanes = array<i64: 0>} {
  %a = arith.divf %x, %y : f64
  %a.1 = arith.divf %a, %y : f64
  %b = arith.divf %z, %y : f64
  %b.1 = arith.divf %b, %y : f64
  return %a.1, %b.1 : f64, f64
}
// CHECK-LABEL: func.func private @types
// CHECK-NOT:     vector
// CHECK:         return
func.func private @types(%x: f64, %y: f32, %m: memref<f64>) -> (f64, f32, memref<f64>)
    attributes {lanes = array<i64: 1, 2, 7>} {
  %a = arith.divf %x, %x : f64
  %b = arith.divf %y, %y : f32
  return %a, %b, %m : f64, f32, memref<f64>
}

func.func @all(%x: f64, %y: f64, %z: f64) -> (f64, f64, f64, f64, f64, f64, f64, f64) {
  %m = memref.alloca() : memref<f64>
  %a:2 = call @chains(%x, %y) : (f64, f64) -> (f64, f64)
  %b:2 = call @memory(%x, %y, %m) : (f64, f64, memref<f64>) -> (f64, f64)
  %c:2 = call @apart(%x, %y, %z, %m) : (f64, f64, f64, memref<f64>) -> (f64, f64)
  %d:2 = call @wrong(%x, %y, %z) : (f64, f64, f64) -> (f64, f64)
  return %a#0, %a#1, %b#0, %b#1, %c#0, %c#1, %d#0, %d#1 : f64, f64, f64, f64, f64, f64, f64, f64
}
