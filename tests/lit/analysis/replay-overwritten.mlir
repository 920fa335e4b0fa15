// A load is not repeated if its buffer is written later, or in the same nest of loops; a write in front is harmless.
// RUN: autodiff-opt %s --autodiff-print-replay="function=f" -o /dev/null | FileCheck %s
func.func @f(%a: memref<8xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %early = memref.load %a[%i] : memref<8xf64>
    %e = math.exp %early : f64
    memref.store %e, %a[%i] : memref<8xf64>
  }
  scf.for %i = %c0 to %n step %c1 {
    %middle = memref.load %a[%i] : memref<8xf64>
    %m = math.sin %middle : f64
    memref.store %m, %a[%c0] : memref<8xf64>
  }
  %late = memref.load %a[%c1] : memref<8xf64>
  %l = math.sin %late : f64
  memref.store %l, %a[%c1] : memref<8xf64>
  return
}
// CHECK-LABEL: @f.vjp.dup.const: replay
// CHECK-NEXT:    memref.load at replay-overwritten.mlir:7:14 of %arg0: not replayable: overwritten later by memref.store at replay-overwritten.mlir:18:3
// CHECK-NEXT:    memref.load at replay-overwritten.mlir:12:15 of %arg0: not replayable: overwritten later by memref.store at replay-overwritten.mlir:18:3
// CHECK-NEXT:    memref.load at replay-overwritten.mlir:16:11 of %arg0: not replayable: overwritten later by memref.store at replay-overwritten.mlir:18:3
