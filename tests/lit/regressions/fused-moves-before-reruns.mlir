// What waits for a kernel that is one with its reverse is done before iterations are run again, which overwrite memory.
// RUN: autodiff-run %s --entry f --arg rand:4:1 --arg zeros:4 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-differentiate | FileCheck %s
// CHECK-LABEL: func.func private @f.vjp
// CHECK:         %[[OWN:.*]] = memref.alloc() : memref<4xf64>
// CHECK:         gpu.launch
// CHECK-NOT:     gpu.launch
// CHECK:         memref.copy %[[OWN]], %{{.*}}
// The iterations again.
// CHECK:         scf.for
// CHECK-NEXT:      memref.copy %{{.*}}, %[[OWN]]
func.func @f(%x: memref<4xf64> {llvm.noalias}, %y: memref<4xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %none = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %own = memref.alloc() : memref<4xf64>
  %sum = scf.for %k = %c0 to %c3 step %c1 iter_args(%sum = %none) -> f64 {
    memref.copy %x, %own : memref<4xf64> to memref<4xf64>
    %p = scf.for %j = %c0 to %c4 step %c1 iter_args(%p = %one) -> f64 {
      %v = memref.load %own[%j] : memref<4xf64>
      %e = math.exp %v : f64
      %s = math.sin %e : f64
      %next = arith.mulf %p, %s : f64
      memref.store %next, %own[%j] : memref<4xf64>
      scf.yield %next : f64
    }
    %total = arith.addf %sum, %p : f64
    scf.yield %total : f64
  }
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %own[%tx] : memref<4xf64>
    %e = math.exp %v : f64
    %s = math.sin %e : f64
    memref.store %s, %own[%tx] : memref<4xf64>
    gpu.terminator
  }
  memref.copy %own, %y : memref<4xf64> to memref<4xf64>
  memref.dealloc %own : memref<4xf64>
  return %sum : f64
}
