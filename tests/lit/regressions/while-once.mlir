// A loop that is left at once: its body becomes blocks that nothing reaches, which MLIR's canonicalisation would simplify
// for ever.
// RUN: autodiff-opt %s --autodiff-cpu-pipeline -o /dev/null
// RUN: autodiff-opt %s --canonicalize --convert-scf-to-cf --autodiff-fold-branches | FileCheck %s
// RUN: autodiff-run %s --entry main --arg 0.4 --arg rand:3x3:1 --mode check
// CHECK-LABEL: func.func @main
// CHECK:         cf.switch
// CHECK:         math.sin
// CHECK-NOT:     memref.load %{{.*}}[] : memref<index>
// CHECK:         return
func.func @main(%x: f64, %m: memref<3x3xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %never = arith.constant false
  %cell = memref.alloc() : memref<index>
  memref.store %c0, %cell[] : memref<index>
  %r = scf.while (%t = %c0) : (index) -> index {
    %i = arith.remui %t, %c3 : index
    scf.index_switch %i
    case 0 {
      %j = arith.remui %t, %c3 : index
      %s = math.sin %x : f64
      memref.store %s, %m[%j, %c1] : memref<3x3xf64>
      scf.yield
    }
    case 1 {
      scf.for %k = %c0 to %c3 step %c1 {
        %v = memref.load %m[%k, %c0] : memref<3x3xf64>
        %l = arith.remui %k, %c3 : index
        memref.store %v, %m[%k, %l] : memref<3x3xf64>
      }
      scf.yield
    }
    default {
      scf.yield
    }
    scf.condition(%never) %t : index
  } do {
  ^bb0(%t: index):
    %n = memref.load %cell[] : memref<index>
    %o = arith.addi %n, %c1 : index
    memref.store %o, %cell[] : memref<index>
    scf.yield %c3 : index
  }
  memref.dealloc %cell : memref<index>
  %y = memref.load %m[%c0, %c1] : memref<3x3xf64>
  return %y : f64
}
