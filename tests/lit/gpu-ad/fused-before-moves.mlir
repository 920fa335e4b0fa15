// A kernel is one with its reverse if what stands behind it only moves numbers: that waits until the kernel has run.
// RUN: autodiff-run %s --entry read_back --arg rand:8:1 --arg zeros:8 --arg zeros:8 --target gpu-host --mode check \
// RUN:   --check-races
// RUN: autodiff-run %s --entry overwritten --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry returned --arg rand:8:1 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry used --arg rand:8:1 --arg zeros:8 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=read_back --autodiff-wrap=function=overwritten \
// RUN:   '--autodiff-wrap=function=returned results=active_noneed' --autodiff-wrap=function=used \
// RUN:   --autodiff-differentiate | FileCheck %s

// CHECK-LABEL: func.func private @read_back.vjp
// CHECK-SAME:    %[[Y:[a-z0-9]+]]: memref<8xf64>, %{{[a-z0-9]+}}: memref<8xf64>, %[[Z:[a-z0-9]+]]: memref<8xf64>, %[[Z_BAR:[a-z0-9]+]]: memref<8xf64>, %{{[a-z0-9]+}}: f64)
// The copy is reversed in front of the kernel, and done behind it; so are the number and what is computed from it.
// CHECK:         autodiff.take %[[Z_BAR]]
// CHECK:         gpu.launch
// CHECK:           memref.store %{{.*}}, %[[Y]]
// CHECK-NOT:     gpu.launch
// CHECK:         memref.copy %[[Y]], %[[Z]]
// CHECK:         %[[V:.*]] = memref.load %[[Y]]
// CHECK:         %[[DOUBLE:.*]] = arith.addf %[[V]], %[[V]]
// CHECK:         return %[[DOUBLE]]
func.func @read_back(%x: memref<8xf64>, %y: memref<8xf64>, %z: memref<8xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %e = math.exp %v : f64
    %s = math.sin %e : f64
    memref.store %s, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  memref.copy %y, %z : memref<8xf64> to memref<8xf64>
  %r = memref.load %y[%c2] : memref<8xf64>
  %double = arith.addf %r, %r : f64
  return %double : f64
}
// What the kernel reads is overwritten behind it, and what it wrote in part.
// CHECK-LABEL: func.func private @overwritten.vjp
// CHECK:         gpu.launch
// CHECK-NOT:     gpu.launch
// CHECK:         memref.copy
// CHECK:         memref.store
// CHECK:         return
func.func @overwritten(%x: memref<8xf64>, %y: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %half = arith.constant 0.5 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<8xf64>
    %vv = arith.mulf %v, %v : f64
    memref.store %vv, %y[%i] : memref<8xf64>
    gpu.terminator
  }
  memref.copy %y, %x : memref<8xf64> to memref<8xf64>
  memref.store %half, %y[%c1] : memref<8xf64>
  return
}
// A buffer that nobody wants is freed after it was filled, and those of the kernel behind what reads them.
// CHECK-LABEL: func.func private @returned.vjp
// CHECK:         gpu.launch
// CHECK-NOT:     gpu.launch
// CHECK:         return
func.func @returned(%x: memref<8xf64>) -> memref<8xf64> {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %own = memref.alloc() : memref<8xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<8xf64>
    %e = math.exp %v : f64
    %s = math.sin %e : f64
    memref.store %s, %own[%tx] : memref<8xf64>
    gpu.terminator
  }
  %out = memref.alloc() : memref<8xf64>
  memref.copy %own, %out : memref<8xf64> to memref<8xf64>
  memref.dealloc %own : memref<8xf64>
  return %out : memref<8xf64>
}
// The reverse of the product needs what the kernel wrote: there are two launches.
// CHECK-LABEL: func.func private @used.vjp
// CHECK:         gpu.launch
// CHECK:         memref.load
// CHECK:         gpu.launch
// CHECK:         return
func.func @used(%x: memref<8xf64>, %y: memref<8xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<8xf64>
    %e = math.exp %v : f64
    %s = math.sin %e : f64
    memref.store %s, %y[%tx] : memref<8xf64>
    gpu.terminator
  }
  %r = memref.load %y[%c2] : memref<8xf64>
  %square = arith.mulf %r, %r : f64
  return %square : f64
}
