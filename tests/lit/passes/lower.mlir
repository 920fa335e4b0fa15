// `autodiff-lower` turns shadows into zeroed buffers, arrays of a cache into buffers and stacks into growing ones.
// RUN: autodiff-opt %s --autodiff-lower --split-input-file | FileCheck %s
// RUN: autodiff-opt %s --autodiff-lower --split-input-file | FileCheck %s --check-prefix=NONE
// NONE-NOT: autodiff.
// CHECK-LABEL: func.func @shadow
// CHECK-SAME:    (%[[N:.*]]: index, %[[X:.*]]: f64, %[[I:.*]]: index)
func.func @shadow(%n: index, %x: f64, %i: index) -> f64 {
  // CHECK:     %[[A:.*]] = memref.alloc(%[[N]]) : memref<?x2xf64>
  // CHECK:     scf.for
  // CHECK:       scf.for
  // CHECK:         memref.store %{{.*}}, %[[A]]
  %a = autodiff.shadow(%n) : memref<?x2xf64>
  // CHECK:     %[[OLD:.*]] = memref.load %[[A]][%[[I]], %[[I]]]
  // CHECK:     %[[SUM:.*]] = arith.addf %[[OLD]], %[[X]]
  // CHECK:     memref.store %[[SUM]], %[[A]][%[[I]], %[[I]]]
  autodiff.accumulate %x, %a[%i, %i] : memref<?x2xf64>
  // CHECK:     %[[Y:.*]] = memref.load %[[A]][%[[I]], %[[I]]]
  // CHECK:     %[[ZERO:.*]] = arith.constant 0.0
  // CHECK:     memref.store %[[ZERO]], %[[A]][%[[I]], %[[I]]]
  %y = autodiff.take %a[%i, %i] : memref<?x2xf64>
  // CHECK:     memref.dealloc %[[A]]
  memref.dealloc %a : memref<?x2xf64>
  // CHECK:     return %[[Y]]
  return %y : f64
}
// Open strides are those of the sizes.
// CHECK-LABEL: func.func @strided
func.func @strided(%n: index, %i: index) -> f64 {
  // CHECK:     %[[A:.*]] = memref.alloc(%{{.*}}) : memref<?xf64>
  // CHECK:     memref.cast %[[A]] : memref<?xf64> to memref<?xf64, strided<[?], offset: ?>>
  %a = autodiff.shadow(%n) : memref<?xf64, strided<[?], offset: ?>>
  %y = autodiff.take %a[%i] : memref<?xf64, strided<[?], offset: ?>>
  return %y : f64
}
// CHECK-LABEL: func.func @array
// CHECK-SAME:    (%[[N:.*]]: index, %[[X:.*]]: f32)
func.func @array(%n: index, %x: f32) -> f32 {
  // CHECK:     %[[A:.*]] = memref.alloc(%[[N]], %[[N]]) : memref<?x?xf32>
  %c = autodiff.cache(%n, %n) : <f32>
  // CHECK:     memref.store %[[X]], %[[A]][%[[N]], %[[N]]]
  autodiff.push %x, %c[%n, %n] : <f32>
  // CHECK:     %[[Y:.*]] = memref.load %[[A]][%[[N]], %[[N]]]
  %y = autodiff.pop %c[%n, %n] : <f32>
  // CHECK:     memref.dealloc %[[A]]
  autodiff.free %c : <f32>
  // CHECK:     return %[[Y]]
  return %y : f32
}
// CHECK-LABEL: func.func @stack
func.func @stack(%n: index, %x: i1) -> i1 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK:     memref.alloc
  %c = autodiff.cache() : <i1>
  // CHECK:     scf.for
  // CHECK:       scf.if
  // CHECK:         memref.realloc
  scf.for %i = %c0 to %n step %c1 {
    autodiff.push %x, %c[] : <i1>
  }
  %y = autodiff.pop %c[] : <i1>
  // CHECK-COUNT-3: memref.dealloc
  autodiff.free %c : <i1>
  return %y : i1
}
// What is popped before anything is pushed is no value that could be held: a stack is left.
// CHECK-LABEL: func.func @too_early
func.func @too_early(%if: i1) -> f64 {
  %c = autodiff.cache() : <f64>
  scf.if %if {
    // CHECK:     %[[SIZE:.*]] = arith.subi
    %x = autodiff.pop %c[] : <f64>
    autodiff.push %x, %c[] : <f64>
  }
  %y = autodiff.pop %c[] : <f64>
  return %y : f64
}
// What holds one value at a time stays in a register: branches give it.
// CHECK-LABEL: func.func @register
// CHECK-SAME:    %[[X:[a-z0-9]*]]: f64
// CHECK-NOT:     alloc
// CHECK:         %[[Y:.*]] = scf.if %{{.*}} -> (f64)
// CHECK-NEXT:      scf.yield %[[X]]
// CHECK-NEXT:    } else {
// CHECK-NEXT:      %[[P:.*]] = ub.poison : f64
// CHECK-NEXT:      scf.yield %[[P]]
// CHECK:         memref.store %[[Y]]
// CHECK-NOT:     dealloc
// CHECK:         return
func.func @register(%n: index, %if: i1, %x: f64, %out: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %c = autodiff.cache() : <f64>
    scf.if %if {
      autodiff.push %x, %c[] : <f64>
    }
    scf.if %if {
      %y = autodiff.pop %c[] : <f64>
      memref.store %y, %out[%i] : memref<?xf64>
    }
    autodiff.free %c : <f64>
  }
  return
}
// CHECK-LABEL: func.func @stopped
// CHECK-SAME:    (%[[X:.*]]: f64)
// CHECK-NEXT:    return %[[X]]
func.func @stopped(%x: f64) -> f64 {
  %y = autodiff.stop_gradient %x : f64
  return %y : f64
}
