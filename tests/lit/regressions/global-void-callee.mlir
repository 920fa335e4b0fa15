// A callee without results carries a derivative to its caller through a global.
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry f --arg 0.7 --arg 1.3 --mode check
// RUN: autodiff-run %s --entry dropped --arg 0.7 --mode check
memref.global "private" @total : memref<f64> = dense<0.0>
func.func private @start(%x: f64) attributes {no_inline} {
  %t = memref.get_global @total : memref<f64>
  memref.store %x, %t[] : memref<f64>
  return
}
func.func private @scale(%x: f64) -> f64 attributes {no_inline} {
  %t = memref.get_global @total : memref<f64>
  %v = memref.load %t[] : memref<f64>
  %s = math.sin %x : f64
  %vs = arith.mulf %v, %s : f64
  memref.store %vs, %t[] : memref<f64>
  return %s : f64
}
func.func @f(%x: f64, %y: f64) -> f64 {
  call @start(%x) : (f64) -> ()
  %0 = call @scale(%y) : (f64) -> f64
  %t = memref.get_global @total : memref<f64>
  %v = memref.load %t[] : memref<f64>
  %vv = arith.mulf %v, %v : f64
  return %vv : f64
}
// Neither is a result that nobody uses a reason to leave out the call's reverse.
func.func private @read() -> f64 attributes {no_inline} {
  %t = memref.get_global @total : memref<f64>
  %v = memref.load %t[] : memref<f64>
  return %v : f64
}
func.func @dropped(%x: f64) -> f64 {
  call @start(%x) : (f64) -> ()
  %0 = call @scale(%x) : (f64) -> f64
  %1 = call @scale(%x) : (f64) -> f64
  %v = call @read() : () -> f64
  return %v : f64
}
// The shadow belongs to the outermost derivative, and is freed by it.
// CHECK-LABEL: func.func private @f.vjp.active.active.to.active(
// CHECK:         %[[SHADOW:.*]] = autodiff.shadow() : memref<f64>
// CHECK:         %[[TOTAL:.*]] = memref.get_global @total
// CHECK:         call @start.globals.augment.active.dup(%{{.*}}, %[[TOTAL]], %[[SHADOW]])
// CHECK:         memref.dealloc %[[SHADOW]]
