// A buffer that is overwritten as a whole has a version for each content: the first is active, the second is not varied.
// RUN: autodiff-opt %s --autodiff-print-activity="function=f args=dup,const,const" -o /dev/null | FileCheck %s
func.func @f(%a: memref<4xf64>, %c: memref<4xf64>, %n: index) -> f64 {
  %scratch = memref.alloc() : memref<4xf64>
  memref.copy %a, %scratch : memref<4xf64> to memref<4xf64>
  %lost = memref.load %scratch[%n] : memref<4xf64>
  memref.store %lost, %a[%n] : memref<4xf64>
  memref.copy %c, %scratch : memref<4xf64> to memref<4xf64>
  %kept = memref.load %scratch[%n] : memref<4xf64>
  %x = memref.load %a[%n] : memref<4xf64>
  %y = arith.mulf %kept, %x : f64
  memref.dealloc %scratch : memref<4xf64>
  return %y : f64
}
// CHECK: memref.alloc at activity-versions.mlir:4:14: active (version 0: varied and useful; version 1: useful, not varied)
