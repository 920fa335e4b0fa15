// Every op, attribute and type prints what it parses, in the custom and in the generic form.
// RUN: autodiff-opt %s | FileCheck %s
// RUN: autodiff-opt %s | autodiff-opt | FileCheck %s
// RUN: autodiff-opt %s --mlir-print-op-generic | autodiff-opt | FileCheck %s
func.func private @f(f64, index) -> f64
func.func private @g(f64, memref<?xf64>) -> f64
func.func private @nothing()
func.func private @h(memref<?xf32>, tensor<4xf64>, vector<2xf64>) -> (f64, i1, memref<?xf32>)

// CHECK-LABEL: func.func @jvp
// CHECK-SAME:    (%[[X:.*]]: f64, %[[X_DOT:.*]]: f64, %[[N:.*]]: index)
func.func @jvp(%x: f64, %x_dot: f64, %n: index) {
  // CHECK: autodiff.jvp @f(%[[X]], %[[X_DOT]], %[[N]]) args [dup, const] results [dup] : (f64, f64, index) -> (f64, f64)
  %y, %y_dot = autodiff.jvp @f(%x, %x_dot, %n) args [dup, const] results [dup] : (f64, f64, index) -> (f64, f64)
  // CHECK: autodiff.jvp @f(%[[X]], %[[X_DOT]], %[[N]]) args [dup, const] results [dup_noneed] : (f64, f64, index) -> f64
  %y_dot1 = autodiff.jvp @f(%x, %x_dot, %n) args [dup, const] results [dup_noneed] : (f64, f64, index) -> f64
  // CHECK: autodiff.jvp @f(%[[X]], %[[N]]) args [const, const] results [const_noneed] : (f64, index) -> ()
  autodiff.jvp @f(%x, %n) args [const, const] results [const_noneed] : (f64, index) -> ()
  // CHECK: autodiff.jvp @f(%[[X]], %[[X_DOT]], %[[X_DOT]], %[[N]]) args [dup, const] results [dup] width 2 : (f64, f64, f64, index) -> (f64, f64, f64)
  %wide:3 = autodiff.jvp @f(%x, %x_dot, %x_dot, %n) args [dup, const] results [dup] width 2 : (f64, f64, f64, index) -> (f64, f64, f64)
  // CHECK: autodiff.jvp @nothing() args [] results [] : () -> ()
  autodiff.jvp @nothing() args [] results [] : () -> ()
  return
}
// CHECK-LABEL: func.func @vjp
func.func @vjp(%x: f64, %a: memref<?xf64>, %a_shadow: memref<?xf64>, %y_bar: f64) -> f64 {
  // CHECK: autodiff.vjp @g(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) args [active, dup] results [active_noneed] : (f64, memref<?xf64>, memref<?xf64>, f64) -> f64
  %x_bar = autodiff.vjp @g(%x, %a, %a_shadow, %y_bar) args [active, dup] results [active_noneed]
         : (f64, memref<?xf64>, memref<?xf64>, f64) -> f64
  // CHECK: autodiff.vjp @g(%{{.*}}) args [active, dup_noneed] results [active] {note = "kept"} :
  %y, %x_bar1 = autodiff.vjp @g(%x, %a, %a_shadow, %y_bar) args [active, dup_noneed] results [active] {note = "kept"}
         : (f64, memref<?xf64>, memref<?xf64>, f64) -> (f64, f64)
  // CHECK: autodiff.vjp @g(%{{.*}}) args [const, const] results [const] : (f64, memref<?xf64>) -> f64
  %y1 = autodiff.vjp @g(%x, %a) args [const, const] results [const] : (f64, memref<?xf64>) -> f64
  return %x_bar : f64
}
// Cotangents of results stand last; a buffer that is a result has one, an integer has none.
// CHECK-LABEL: func.func @shaped
func.func @shaped(%a: memref<?xf32>, %s: memref<?xf32>, %t: tensor<4xf64>, %v: vector<2xf64>, %y_bar: f64, %r_bar: memref<?xf32>) {
  // CHECK: autodiff.vjp @h({{.*}}) args [dup, active, active] results [active, const, active_noneed]
  %y, %b, %t_bar, %v_bar = autodiff.vjp @h(%a, %s, %t, %v, %y_bar, %r_bar)
    args [dup, active, active] results [active, const, active_noneed]
    : (memref<?xf32>, memref<?xf32>, tensor<4xf64>, vector<2xf64>, f64, memref<?xf32>) -> (f64, i1, tensor<4xf64>, vector<2xf64>)
  return
}
// The two halves of split mode; a returned buffer has its shadow behind it.
// CHECK-LABEL: func.func @split
func.func @split(%a: memref<?xf32>, %s: memref<?xf32>, %t: tensor<4xf64>, %v: vector<2xf64>, %y_bar: f64) {
  // CHECK: %[[Y:.*]]:5 = autodiff.augment @h({{.*}}) args [dup, active, const] results [active, const, dup] : (memref<?xf32>, memref<?xf32>, tensor<4xf64>, vector<2xf64>) -> (f64, i1, memref<?xf32>, memref<?xf32>, !autodiff.tape)
  %y, %b, %r, %r_shadow, %tape = autodiff.augment @h(%a, %s, %t, %v) args [dup, active, const] results [active, const, dup]
    : (memref<?xf32>, memref<?xf32>, tensor<4xf64>, vector<2xf64>) -> (f64, i1, memref<?xf32>, memref<?xf32>, !autodiff.tape)
  // CHECK: autodiff.pullback @h(%[[Y]]#4, %{{.*}}) args [dup, active, const] results [active, const, dup] : (!autodiff.tape, f64) -> tensor<4xf64>
  %t_bar = autodiff.pullback @h(%tape, %y_bar) args [dup, active, const] results [active, const, dup] : (!autodiff.tape, f64) -> tensor<4xf64>
  return
}
// CHECK-LABEL: func.func @stop_gradient
func.func @stop_gradient(%x: tensor<?xf64>) -> tensor<?xf64> {
  // CHECK: autodiff.stop_gradient %{{.*}} : tensor<?xf64>
  %y = autodiff.stop_gradient %x : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func @state
func.func @state(%n: index, %x: f64, %z: complex<f64>) {
  // CHECK: %[[SHADOW:.*]] = autodiff.shadow(%{{.*}}) : memref<?x4xf64>
  %shadow = autodiff.shadow(%n) : memref<?x4xf64>
  // CHECK: %[[CELL:.*]] = autodiff.shadow() : memref<complex<f64>>
  %cell = autodiff.shadow() : memref<complex<f64>>
  // CHECK: autodiff.accumulate %{{.*}}, %[[SHADOW]][%[[N:.*]], %[[N]]] : memref<?x4xf64>
  autodiff.accumulate %x, %shadow[%n, %n] : memref<?x4xf64>
  // CHECK: autodiff.accumulate %{{.*}}, %[[CELL]][] : memref<complex<f64>>
  autodiff.accumulate %z, %cell[] : memref<complex<f64>>
  // CHECK: autodiff.take %[[SHADOW]][%[[N]], %[[N]]] : memref<?x4xf64>
  %x_bar = autodiff.take %shadow[%n, %n] : memref<?x4xf64>
  return
}
// CHECK-LABEL: func.func @caches
func.func @caches(%n: index, %x: f64, %b: i1, %m: memref<4xf64>) {
  // CHECK: %[[ARRAY:.*]] = autodiff.cache(%{{.*}}, %{{.*}}) : <f64>
  %array = autodiff.cache(%n, %n) : !autodiff.cache<f64>
  // CHECK: %[[STACK:.*]] = autodiff.cache() : <i1>
  %stack = autodiff.cache() : <i1>
  // CHECK: autodiff.cache() : <memref<4xf64>>
  %buffers = autodiff.cache() : <memref<4xf64>>
  // CHECK: autodiff.push %{{.*}}, %[[ARRAY]][%{{.*}}, %{{.*}}] : <f64>
  autodiff.push %x, %array[%n, %n] : <f64>
  // CHECK: autodiff.push %{{.*}}, %[[STACK]][] : <i1>
  autodiff.push %b, %stack[] : <i1>
  // CHECK: autodiff.pop %[[ARRAY]][%{{.*}}, %{{.*}}] : <f64>
  %y = autodiff.pop %array[%n, %n] : <f64>
  // CHECK: autodiff.pop %[[STACK]][] : <i1>
  %c = autodiff.pop %stack[] : <i1>
  // CHECK: autodiff.free %[[ARRAY]] : <f64>
  autodiff.free %array : <f64>
  // CHECK: autodiff.free %[[STACK]] : <i1>
  autodiff.free %stack : <i1>
  return
}
// CHECK-LABEL: func.func @tapes
func.func @tapes(%n: index, %m: memref<?xf64>) {
  %stack = autodiff.cache() : <f64>
  %inner = autodiff.cache(%n, %n) : <f64>
  %outer = autodiff.cache(%n) : <!autodiff.cache<f64>>
  // CHECK: %[[TAPE:.*]] = autodiff.pack "f"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) : index, memref<?xf64>, !autodiff.cache<f64>, !autodiff.cache<!autodiff.cache<f64>>
  %tape = autodiff.pack "f"(%n, %m, %stack, %outer) : index, memref<?xf64>, !autodiff.cache<f64>, !autodiff.cache<!autodiff.cache<f64>>
  // CHECK: autodiff.unpack "f"(%[[TAPE]]) ranks [0, 1, 2] : index, memref<?xf64>, !autodiff.cache<f64>, !autodiff.cache<!autodiff.cache<f64>>
  %n1, %m1, %stack1, %outer1 = autodiff.unpack "f"(%tape) ranks [0, 1, 2] : index, memref<?xf64>, !autodiff.cache<f64>, !autodiff.cache<!autodiff.cache<f64>>
  // CHECK: %[[EMPTY:.*]] = autodiff.pack "g"()
  %empty = autodiff.pack "g"()
  // CHECK: autodiff.unpack "g"(%[[EMPTY]])
  autodiff.unpack "g"(%empty)
  // CHECK: autodiff.boundary(%{{.*}}) : memref<?xf64>
  autodiff.boundary(%m) : memref<?xf64>
  return
}
// CHECK-LABEL: func.func private @type_of_an_argument(!autodiff.cache<f64>)
func.func private @type_of_an_argument(!autodiff.cache<f64>)
// CHECK: test.list = #autodiff<activities [const, active_noneed]>
func.func private @attribute() attributes {test.list = #autodiff<activities [const, active_noneed]>}
