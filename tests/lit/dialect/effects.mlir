// What CSE and dead code elimination may do: state ops have effects, requests have unknown ones.
// RUN: autodiff-opt %s --cse --canonicalize | FileCheck %s
func.func private @f(f64) -> f64

// Two takes of one place are two different values; two accumulations add twice.
// CHECK-LABEL: func.func @twice
func.func @twice(%a: memref<4xf64>, %x: f64, %i: index) -> (f64, f64) {
  // CHECK-COUNT-2: autodiff.accumulate
  autodiff.accumulate %x, %a[%i] : memref<4xf64>
  autodiff.accumulate %x, %a[%i] : memref<4xf64>
  // CHECK-COUNT-2: autodiff.take
  %y = autodiff.take %a[%i] : memref<4xf64>
  %z = autodiff.take %a[%i] : memref<4xf64>
  return %y, %z : f64, f64
}
// A pop changes the cache even where its value is not used.
// CHECK-LABEL: func.func @popped
func.func @popped(%x: f64) -> f64 {
  %s = autodiff.cache() : <f64>
  // CHECK-COUNT-2: autodiff.push
  autodiff.push %x, %s[] : <f64>
  autodiff.push %x, %s[] : <f64>
  // CHECK-COUNT-2: autodiff.pop
  %unused = autodiff.pop %s[] : <f64>
  %y = autodiff.pop %s[] : <f64>
  autodiff.free %s : <f64>
  return %y : f64
}
// Two shadows are two buffers.
// CHECK-LABEL: func.func @shadows
func.func @shadows(%n: index) -> (memref<?xf64>, memref<?xf64>) {
  // CHECK-COUNT-2: autodiff.shadow
  %a = autodiff.shadow(%n) : memref<?xf64>
  %b = autodiff.shadow(%n) : memref<?xf64>
  return %a, %b : memref<?xf64>, memref<?xf64>
}
// A request stays although nothing uses its results: the callee may write.
// CHECK-LABEL: func.func @request
func.func @request(%x: f64) {
  // CHECK: autodiff.vjp
  %x_bar = autodiff.vjp @f(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return
}
// A load between two accumulations is not forwarded past them.
// CHECK-LABEL: func.func @loads
func.func @loads(%a: memref<4xf64>, %x: f64, %i: index) -> (f64, f64) {
  // CHECK: memref.load
  %y = memref.load %a[%i] : memref<4xf64>
  // CHECK: autodiff.accumulate
  autodiff.accumulate %x, %a[%i] : memref<4xf64>
  // CHECK: memref.load
  %z = memref.load %a[%i] : memref<4xf64>
  return %y, %z : f64, f64
}
// Stopping a gradient is pure.
// CHECK-LABEL: func.func @pure
// CHECK-NEXT:    return
func.func @pure(%x: f64) {
  %y = autodiff.stop_gradient %x : f64
  return
}
