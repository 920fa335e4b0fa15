// Atomic products, and any atomic update of floats, become updates of integers, which can be compared and exchanged.
// RUN: autodiff-opt %s --gpu-kernel-outlining --autodiff-expand-device-atomics -o %t.mlir
// RUN: FileCheck %s --check-prefix=IR --input-file=%t.mlir
// RUN: autodiff-run %t.mlir --entry main --target gpu-host | FileCheck %s
// RUN: autodiff-run %s --entry exchanged --target gpu-host | FileCheck %s --check-prefix=EXCHANGED

// IR-LABEL: gpu.func
// IR-NOT:     memref.atomic_rmw
// IR:         %[[BITS:.*]] = builtin.unrealized_conversion_cast %{{.*}} : memref<2xf64> to memref<2xi64>
// IR-NEXT:    memref.generic_atomic_rmw %[[BITS]]
// IR-NEXT:      ^bb0(%[[OLD:.*]]: i64):
// IR-NEXT:      %[[FACTOR:.*]] = arith.bitcast %[[OLD]] : i64 to f64
// IR-NEXT:      %[[PRODUCT:.*]] = arith.mulf %[[FACTOR]]
// IR-NEXT:      %[[NEW:.*]] = arith.bitcast %[[PRODUCT]] : f64 to i64
// IR-NEXT:      memref.atomic_yield %[[NEW]] : i64

// The product of 1 to 6, and 1 doubled six times.
// CHECK: result-0 memref<2xf64> [720, 64]
func.func @main() -> memref<2xf64> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %six = arith.constant 6 : index
  %unit = arith.constant 1.0 : f64
  %x = memref.alloc() : memref<2xf64>
  memref.store %unit, %x[%zero] : memref<2xf64>
  memref.store %unit, %x[%one] : memref<2xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %six, %sy = %one, %sz = %one) {
    %next = arith.addi %tx, %one : index
    %number = arith.index_cast %next : index to i64
    %factor = arith.sitofp %number : i64 to f64
    %product = memref.atomic_rmw mulf %factor, %x[%zero] : (f64, memref<2xf64>) -> f64
    %power = memref.generic_atomic_rmw %x[%one] : memref<2xf64> {
    ^bb0(%old: f64):
      %double = arith.addf %old, %old : f64
      memref.atomic_yield %double : f64
    }
    gpu.terminator
  }
  return %x : memref<2xf64>
}

// What does not depend on the element before is exchanged: upstream's conversion would lose the constant.
// IR-LABEL: gpu.func @exchanged_kernel
// IR-NOT:     memref.generic_atomic_rmw
// IR:         memref.atomic_rmw assign %{{.*}} : (f64, memref<2xf64>) -> f64
// IR:         memref.atomic_rmw assign %{{.*}} : (i32, memref<2xi32>) -> i32
// EXCHANGED: result-0 memref<2xf64> [3, 0]
// EXCHANGED: result-1 memref<2xi32> [4, 0]
func.func @exchanged() -> (memref<2xf64>, memref<2xi32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3.0 : f64
  %x = memref.alloc() : memref<2xf64>
  %n = memref.alloc() : memref<2xi32>
  %none = arith.constant 0.0 : f64
  %nought = arith.constant 0 : i32
  memref.store %none, %x[%zero] : memref<2xf64>
  memref.store %none, %x[%one] : memref<2xf64>
  memref.store %nought, %n[%zero] : memref<2xi32>
  memref.store %nought, %n[%one] : memref<2xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    %a = memref.generic_atomic_rmw %x[%zero] : memref<2xf64> {
    ^bb0(%old: f64):
      memref.atomic_yield %three : f64
    }
    %b = memref.generic_atomic_rmw %n[%zero] : memref<2xi32> {
    ^bb0(%old: i32):
      %four = arith.constant 4 : i32
      memref.atomic_yield %four : i32
    }
    gpu.terminator
  }
  return %x, %n : memref<2xf64>, memref<2xi32>
}
