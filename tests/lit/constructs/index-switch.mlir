// Every case of `scf.index_switch` has its reverse, the default among them.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 2 --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 5 --mode check
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 0 --mode check
// RUN: autodiff-run %s --entry in_loop --arg rand:7:1 --mode check
func.func @f(%x: f64, %k: index) -> f64 {
  %y = scf.index_switch %k -> f64
  case 2 {
    %a = math.sin %x : f64
    scf.yield %a : f64
  }
  case 5 {
    %a = math.exp %x : f64
    %b = arith.mulf %a, %x : f64
    scf.yield %b : f64
  }
  default {
    scf.yield %x : f64
  }
  %z = arith.mulf %y, %y : f64
  return %z : f64
}
// CHECK-LABEL: func.func private @f.vjp.active.const
// CHECK:         scf.index_switch
// CHECK:         scf.index_switch
// CHECK:         case 2 {
// CHECK:           math.cos
// CHECK:         case 5 {
// CHECK:         default {

func.func @in_loop(%a: memref<7xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c7 = arith.constant 7 : index
  scf.for %i = %c0 to %c7 step %c1 {
    %x = memref.load %a[%i] : memref<7xf64>
    %k = arith.remui %i, %c3 : index
    scf.index_switch %k
    case 0 {
      %y = arith.mulf %x, %x : f64
      memref.store %y, %a[%i] : memref<7xf64>
      scf.yield
    }
    case 1 {
      %first = memref.load %a[%c0] : memref<7xf64>
      %y = arith.mulf %x, %first : f64
      memref.store %y, %a[%c0] : memref<7xf64>
      scf.yield
    }
    default {
    }
  }
  return
}
