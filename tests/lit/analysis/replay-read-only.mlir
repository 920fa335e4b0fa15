// Loads of a buffer that nothing writes can be repeated, whatever is written elsewhere.
// RUN: autodiff-opt %s --autodiff-print-replay=function=f -o /dev/null | FileCheck %s
func.func @f(%a: memref<4xf64>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %out = memref.alloc() : memref<4xf64>
  scf.for %i = %c0 to %n step %c1 {
    %x = memref.load %a[%i] : memref<4xf64>
    %y = math.sin %x : f64
    memref.store %y, %out[%i] : memref<4xf64>
  }
  %r = memref.load %out[%n] : memref<4xf64>
  memref.dealloc %out : memref<4xf64>
  return %r : f64
}
// CHECK-LABEL: @f.vjp.dup.const.to.active: replay
// CHECK-NEXT:    memref.load at replay-read-only.mlir:8:10 of %arg0: replayable
// CHECK-NEXT:    memref.load at replay-read-only.mlir:12:8 of %alloc: replayable
