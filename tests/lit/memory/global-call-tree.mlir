// A tree of calls that is too large to be inlined counts its leaves in a global: a callee is handed it at every level.
// RUN: autodiff-run %s --entry f --arg 0.3 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// CHECK: func.func private @two.globals.augment.active.dup
memref.global "private" @sum : memref<f64> = uninitialized
func.func private @leaf(%x: f64) -> f64 {
  %m = memref.get_global @sum : memref<f64>
  %v = memref.load %m[] : memref<f64>
  %s = math.sin %x : f64
  %w = arith.addf %v, %s : f64
  memref.store %w, %m[] : memref<f64>
  return %s : f64
}
func.func private @one(%x: f64) -> f64 {
  %0 = call @leaf(%x) : (f64) -> f64
  %1 = call @leaf(%0) : (f64) -> f64
  %2 = call @leaf(%1) : (f64) -> f64
  %3 = call @leaf(%2) : (f64) -> f64
  return %3 : f64
}
func.func private @two(%x: f64) -> f64 {
  %0 = call @one(%x) : (f64) -> f64
  %1 = call @one(%0) : (f64) -> f64
  %2 = call @one(%1) : (f64) -> f64
  %3 = call @one(%2) : (f64) -> f64
  return %3 : f64
}
func.func private @three(%x: f64) -> f64 {
  %0 = call @two(%x) : (f64) -> f64
  %1 = call @two(%0) : (f64) -> f64
  %2 = call @two(%1) : (f64) -> f64
  %3 = call @two(%2) : (f64) -> f64
  return %3 : f64
}
func.func private @four(%x: f64) -> f64 {
  %0 = call @three(%x) : (f64) -> f64
  %1 = call @three(%0) : (f64) -> f64
  %2 = call @three(%1) : (f64) -> f64
  %3 = call @three(%2) : (f64) -> f64
  return %3 : f64
}
func.func @f(%x: f64) -> f64 {
  %m = memref.get_global @sum : memref<f64>
  %zero = arith.constant 0.0 : f64
  memref.store %zero, %m[] : memref<f64>
  %0 = call @four(%x) : (f64) -> f64
  %1 = call @four(%x) : (f64) -> f64
  %v = memref.load %m[] : memref<f64>
  return %v : f64
}
