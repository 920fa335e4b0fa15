// Memory of the device has its shadow there; copies take cotangents to the side of the source; what is set is cleared.
// RUN: autodiff-run %s --entry cube --arg rand:300:1 --arg 0.3 --arg zeros:300 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=cube --autodiff-differentiate | FileCheck %s
func.func @cube(%x: memref<?xf64>, %a: f64, %y: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c100 = arith.constant 100 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %unranked = memref.cast %x : memref<?xf64> to memref<*xf64>
  gpu.host_register %unranked : memref<*xf64>
  %start = gpu.wait async
  %device, %t0 = gpu.alloc async [%start] (%n) : memref<?xf64>
  %copied = gpu.memcpy async [%t0] %device, %x : memref<?xf64>, memref<?xf64>
  %other, %t1 = gpu.alloc async [%copied] (%n) : memref<?xf64>
  %set = gpu.memset async [%t1] %other, %a : memref<?xf64>, f64
  %blocks = arith.ceildivui %n, %c100 : index
  %done = gpu.launch async [%set] blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c100, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %v = memref.load %device[%i] : memref<?xf64>
      %w = memref.load %other[%i] : memref<?xf64>
      %vv = arith.mulf %v, %v : f64
      %vvv = arith.mulf %vv, %v : f64
      %r = arith.mulf %vvv, %w : f64
      memref.store %r, %device[%i] : memref<?xf64>
    }
    gpu.terminator
  }
  %back = gpu.memcpy async [%done] %y, %device : memref<?xf64>, memref<?xf64>
  %freed = gpu.dealloc async [%back] %device : memref<?xf64>
  %gone = gpu.dealloc async [%freed] %other : memref<?xf64>
  gpu.wait [%gone]
  return
}
// CHECK-LABEL: func.func private @cube.vjp.dup.active.dup
// CHECK-SAME:    %[[X:.*]]: memref<?xf64>, %[[X_BAR:.*]]: memref<?xf64>, %{{.*}}: f64, %[[Y:.*]]: memref<?xf64>, %[[Y_BAR:.*]]: memref<?xf64>
// CHECK:         gpu.memcpy %[[DEVICE:.*]], %[[X]] :
// The cotangent of y goes to the device, and is added there.
// CHECK:         gpu.memcpy %[[BARS:.*]], %[[Y_BAR]]
// CHECK:         gpu.launch
// CHECK:           memref.load %[[BARS]]
// CHECK:           autodiff.accumulate
// The kernel and its reverse, and then the copy that waits for them.
// CHECK:         gpu.launch
// CHECK:           memref.store %{{.*}}, %[[DEVICE]][
// CHECK:           autodiff.take
// CHECK:         gpu.memcpy %[[Y]], %[[DEVICE]]
// The cotangent of x comes from there.
// CHECK:         %[[BACK:.*]] = memref.alloc
// CHECK:         gpu.memcpy %[[BACK]], %{{.*}}
// CHECK:         scf.for
// CHECK:           autodiff.accumulate %{{.*}}, %[[X_BAR]]
// CHECK:         gpu.dealloc  %[[DEVICE]]
