// A copy between buffers without a rank is one between the buffers with a rank that they are casts of, or an error.
// RUN: autodiff-opt %s --autodiff-wrap=function=between_casts --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry between_casts --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry cleared --arg rand:4:1 --arg 0.4 --mode check
// RUN: not autodiff-run %s --entry chosen --arg rand:4:1 --arg true --mode vjp 2>&1 | FileCheck %s --check-prefix=CHOSEN
// RUN: not autodiff-run %s --entry cleared_choice --arg rand:4:1 --arg true --mode jvp 2>&1 | FileCheck %s --check-prefix=FORWARD
memref.global "private" constant @threes : memref<4xf64> = dense<3.0>
func.func private @copied(%from: memref<*xf64>, %to: memref<*xf64>) {
  memref.copy %from, %to : memref<*xf64> to memref<*xf64>
  return
}
// CHECK-LABEL: func.func private @between_casts.vjp
// CHECK:         memref.copy %{{.*}}, %{{.*}} : memref<4xf64> to memref<4xf64>
func.func @between_casts(%a: memref<4xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %b = memref.alloc() : memref<4xf64>
  %open = memref.cast %b : memref<4xf64> to memref<?xf64>
  %to = memref.cast %open : memref<?xf64> to memref<*xf64>
  %from = memref.cast %a : memref<4xf64> to memref<*xf64>
  call @copied(%from, %to) : (memref<*xf64>, memref<*xf64>) -> ()
  %v = memref.load %b[%c1] : memref<4xf64>
  %s = math.sin %v : f64
  %w = arith.mulf %v, %s : f64
  memref.store %w, %b[%c1] : memref<4xf64>
  call @copied(%to, %from) : (memref<*xf64>, memref<*xf64>) -> ()
  memref.dealloc %b : memref<4xf64>
  return %w : f64
}
func.func @cleared(%a: memref<4xf64>, %x: f64) -> f64 {
  %c1 = arith.constant 1 : index
  %v = memref.load %a[%c1] : memref<4xf64>
  %w = arith.mulf %v, %v : f64
  %threes = memref.get_global @threes : memref<4xf64>
  %from = memref.cast %threes : memref<4xf64> to memref<*xf64>
  %to = memref.cast %a : memref<4xf64> to memref<*xf64>
  memref.copy %from, %to : memref<*xf64> to memref<*xf64>
  %three = memref.load %a[%c1] : memref<4xf64>
  %y = arith.mulf %w, %three : f64
  %z = arith.mulf %y, %x : f64
  return %z : f64
}
// CHOSEN: copies-without-rank.mlir:[[#@LINE + 9]]:3: error: a buffer without a rank cannot be gone through; copy between buffers with a rank
func.func @chosen(%a: memref<4xf64>, %p: i1) -> f64 {
  %c1 = arith.constant 1 : index
  %b = memref.alloc() : memref<4xf64>
  %c = memref.alloc() : memref<4xf64>
  %to_b = memref.cast %b : memref<4xf64> to memref<*xf64>
  %to_c = memref.cast %c : memref<4xf64> to memref<*xf64>
  %from = memref.cast %a : memref<4xf64> to memref<*xf64>
  %to = arith.select %p, %to_b, %to_c : memref<*xf64>
  memref.copy %from, %to : memref<*xf64> to memref<*xf64>
  %v = memref.load %b[%c1] : memref<4xf64>
  memref.dealloc %b : memref<4xf64>
  memref.dealloc %c : memref<4xf64>
  return %v : f64
}
// FORWARD: copies-without-rank.mlir:[[#@LINE + 10]]:3: error: a buffer without a rank cannot be gone through; copy between buffers with a rank
func.func @cleared_choice(%a: memref<4xf64>, %p: i1) -> f64 {
  %c1 = arith.constant 1 : index
  %b = memref.alloc() : memref<4xf64>
  memref.copy %a, %b : memref<4xf64> to memref<4xf64>
  %threes = memref.get_global @threes : memref<4xf64>
  %from = memref.cast %threes : memref<4xf64> to memref<*xf64>
  %to_a = memref.cast %a : memref<4xf64> to memref<*xf64>
  %to_b = memref.cast %b : memref<4xf64> to memref<*xf64>
  %to = arith.select %p, %to_a, %to_b : memref<*xf64>
  memref.copy %from, %to : memref<*xf64> to memref<*xf64>
  %v = memref.load %a[%c1] : memref<4xf64>
  memref.dealloc %b : memref<4xf64>
  return %v : f64
}
