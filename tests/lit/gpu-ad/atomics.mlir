// What an atomic addition adds gets the location's cotangent, which stays; integers are none of its business.
// RUN: autodiff-run %s --entry sums --arg rand:9:1 --arg rand:2:2 --arg zeros:1 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s '--autodiff-wrap=function=sums args=dup,dup,const' --autodiff-differentiate | FileCheck %s
func.func @sums(%x: memref<9xf64>, %s: memref<2xf64>, %count: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %one = arith.constant 1 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c3, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c3, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %c3 : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<9xf64>
    %e = math.exp %v : f64
    %odd = arith.remui %i, %c2 : index
    %old = memref.atomic_rmw addf %e, %s[%odd] : (f64, memref<2xf64>) -> f64
    %square = arith.mulf %v, %v : f64
    %generic = memref.generic_atomic_rmw %s[%c0] : memref<2xf64> {
    ^bb0(%now: f64):
      %sum = arith.addf %square, %now : f64
      memref.atomic_yield %sum : f64
    }
    %number = memref.atomic_rmw addi %one, %count[%c0] : (i32, memref<1xi32>) -> i32
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @sums.vjp.dup.dup.const
// CHECK-SAME:    %{{.*}}: memref<9xf64>, %{{.*}}: memref<9xf64>, %{{.*}}: memref<2xf64>, %[[S_BAR:.*]]: memref<2xf64>, %[[COUNT:.*]]: memref<1xi32>
// CHECK:         gpu.launch
// CHECK:           memref.atomic_rmw addi %{{.*}}, %[[COUNT]]
// CHECK-NOT:       gpu.launch
// CHECK-NOT:       take
// CHECK-NOT:       memref.atomic_rmw
// CHECK:           memref.load %[[S_BAR]]
// CHECK:           memref.load %[[S_BAR]]
// CHECK:         return
