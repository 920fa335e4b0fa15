// A call of a function without a body may write whatever it is given, and every argument.
// RUN: autodiff-opt %s --autodiff-print-replay="function=f args=dup,const,const" -o /dev/null | FileCheck %s
func.func private @external(memref<8xi32>)
func.func @f(%a: memref<8xf64>, %k: memref<8xi32>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %own = memref.alloc() : memref<8xf64>
  memref.copy %a, %own : memref<8xf64> to memref<8xf64>
  %x = memref.load %a[%n] : memref<8xf64>
  %z = memref.load %own[%n] : memref<8xf64>
  func.call @external(%k) : (memref<8xi32>) -> ()
  %y = arith.mulf %x, %z : f64
  memref.dealloc %own : memref<8xf64>
  return %y : f64
}
// CHECK: memref.load at replay-call.mlir:8:8 of %arg0: not replayable: overwritten later by func.call at replay-call.mlir:10:3
// CHECK: memref.load at replay-call.mlir:9:8 of %alloc: replayable
