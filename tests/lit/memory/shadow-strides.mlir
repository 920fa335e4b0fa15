// A shadow has the strides that the type of its buffer fixes, whatever its sizes are.
// RUN: autodiff-run %s --entry padded --arg 0.5 --arg 3 | FileCheck %s --check-prefix=PADDED
// RUN: autodiff-run %s --entry padded --arg 0.5 --arg 0 | FileCheck %s --check-prefix=EMPTY
// RUN: autodiff-run %s --entry columns --arg 0.75 | FileCheck %s --check-prefix=COLUMNS
// RUN: autodiff-run %s --entry single --arg 1.5 | FileCheck %s --check-prefix=SINGLE
// RUN: autodiff-opt %s --autodiff-wrap="function=columns_of args=active,const" --autodiff-differentiate | FileCheck %s

// Three numbers of each row of eight, through a buffer of its own.
func.func private @padded_of(%x: f64, %m: memref<?x?xf64, strided<[8, 1]>>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %columns = memref.dim %m, %c1 : memref<?x?xf64, strided<[8, 1]>>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %t = scf.for %j = %c0 to %columns step %c1 iter_args(%u = %s) -> f64 {
      %old = memref.load %m[%i, %j] : memref<?x?xf64, strided<[8, 1]>>
      %y = arith.mulf %old, %x : f64
      memref.store %y, %m[%i, %j] : memref<?x?xf64, strided<[8, 1]>>
      scf.yield %u : f64
    }
    scf.yield %t : f64
  }
  %squares = scf.for %i = %c0 to %n step %c1 iter_args(%s = %sum) -> f64 {
    %t = scf.for %j = %c0 to %columns step %c1 iter_args(%u = %s) -> f64 {
      %z = memref.load %m[%i, %j] : memref<?x?xf64, strided<[8, 1]>>
      %zz = arith.mulf %z, %z : f64
      %v = arith.addf %u, %zz : f64
      scf.yield %v : f64
    }
    scf.yield %t : f64
  }
  return %squares : f64
}
// Inlined into its caller it needs no shadow of its own; differentiated by itself it does: 2 x 3 n with ones in the buffer.
func.func @padded(%x: f64, %n: index) -> f64 {
  %c3 = arith.constant 3 : index
  %one = arith.constant 1.0 : f64
  %m = memref.alloc(%n) : memref<?x8xf64>
  linalg.fill ins(%one : f64) outs(%m : memref<?x8xf64>)
  %view = memref.subview %m[0, 0] [%n, %c3] [1, 1] : memref<?x8xf64> to memref<?x?xf64, strided<[8, 1]>>
  %x_bar = autodiff.vjp @padded_of(%x, %view, %n, %one) args [active, const, const] results [active_noneed]
    : (f64, memref<?x?xf64, strided<[8, 1]>>, index, f64) -> f64
  memref.dealloc %m : memref<?x8xf64>
  return %x_bar : f64
}
// PADDED: result-0 {{.*}} 9{{$}}
// EMPTY: result-0 {{.*}} 0{{$}}

// The transpose of a buffer.
// CHECK-LABEL: func.func private @columns_of.vjp
// CHECK:         %[[FLAT:.*]] = autodiff.shadow(%c12{{.*}}) : memref<?xf64>
// CHECK:         memref.reinterpret_cast %[[FLAT]] to offset: [0], sizes: [3, 4], strides: [1, 3]
func.func private @columns_of(%x: f64, %m: memref<3x4xf64, strided<[1, 3]>>) -> f64 {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  scf.for %j = %c2 to %c4 step %c1 {
    memref.store %x, %m[%c2, %j] : memref<3x4xf64, strided<[1, 3]>>
  }
  %y = memref.load %m[%c2, %c3] : memref<3x4xf64, strided<[1, 3]>>
  %z = arith.mulf %y, %y : f64
  return %z : f64
}
func.func @columns(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %m = memref.alloc() : memref<4x3xf64>
  linalg.fill ins(%one : f64) outs(%m : memref<4x3xf64>)
  %t = memref.transpose %m (i, j) -> (j, i) : memref<4x3xf64> to memref<3x4xf64, strided<[1, 3]>>
  %x_bar = autodiff.vjp @columns_of(%x, %t, %one) args [active, const] results [active_noneed]
    : (f64, memref<3x4xf64, strided<[1, 3]>>, f64) -> f64
  memref.dealloc %m : memref<4x3xf64>
  return %x_bar : f64
}
// COLUMNS: result-0 {{.*}} 1.5{{$}}

// One number of a row.
func.func private @single_of(%x: f64, %m: memref<1xf64, strided<[4], offset: 2>>, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    memref.store %x, %m[%i] : memref<1xf64, strided<[4], offset: 2>>
  }
  %y = memref.load %m[%c0] : memref<1xf64, strided<[4], offset: 2>>
  %z = arith.mulf %y, %y : f64
  return %z : f64
}
func.func @single(%x: f64) -> f64 {
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %m = memref.alloc() : memref<2x4xf64>
  linalg.fill ins(%one : f64) outs(%m : memref<2x4xf64>)
  %v = memref.subview %m[0, 2] [1, 1] [1, 1] : memref<2x4xf64> to memref<1xf64, strided<[4], offset: 2>>
  %x_bar = autodiff.vjp @single_of(%x, %v, %c1, %one) args [active, const, const] results [active_noneed]
    : (f64, memref<1xf64, strided<[4], offset: 2>>, index, f64) -> f64
  memref.dealloc %m : memref<2x4xf64>
  return %x_bar : f64
}
// SINGLE: result-0 {{.*}} 3{{$}}
