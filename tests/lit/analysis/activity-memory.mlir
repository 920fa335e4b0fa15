// A buffer is active if something active is stored there and something useful is read; another beside it is not.
// RUN: autodiff-opt %s --autodiff-print-activity="function=f args=active,const" -o /dev/null | FileCheck %s
func.func @f(%x: f64, %n: index) -> f64 {
  %through = memref.alloc() : memref<4xf64>
  %log = memref.alloc() : memref<4xf64>
  %table = memref.alloc() : memref<4xf64>
  %one = arith.constant 1.0 : f64
  memref.store %one, %table[%n] : memref<4xf64>
  memref.store %x, %through[%n] : memref<4xf64>
  memref.store %x, %log[%n] : memref<4xf64>
  %m = arith.addi %n, %n : index
  %a = memref.load %through[%m] : memref<4xf64>
  %b = memref.load %table[%m] : memref<4xf64>
  %y = arith.mulf %a, %b : f64
  memref.dealloc %through : memref<4xf64>
  memref.dealloc %log : memref<4xf64>
  memref.dealloc %table : memref<4xf64>
  return %y : f64
}
// CHECK-DAG: memref.alloc at activity-memory.mlir:4:14: active (varied and useful)
// CHECK-DAG: memref.alloc at activity-memory.mlir:6:12: inactive (useful, not varied)
// CHECK-DAG: memref.load at activity-memory.mlir:12:8: active
// CHECK-DAG: memref.load at activity-memory.mlir:13:8: inactive (useful, not varied)
// CHECK-NOT: activity-memory.mlir:5:10: active
