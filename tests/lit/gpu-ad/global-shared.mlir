// A global is one buffer for all launches and the host, in kernels' callees, too; its derivative passes from one to the next.
// RUN: autodiff-run %s --entry f --arg rand:5:1 --target gpu-host | FileCheck %s --check-prefix=VALUE
// RUN: autodiff-run %s --entry f --arg rand:5:1 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry by_callees --arg rand:5:1 --target gpu-host --mode check
// RUN: autodiff-opt %s --autodiff-share-globals | FileCheck %s
memref.global "private" @row : memref<5xf64> = uninitialized
memref.global "private" @factors : memref<5xf64> = dense<2.0>
// What the first launch writes, the second squares, and the host adds up: sum (2 sin a)^2 = 10 - 2 sum cos 2a.
// VALUE: result-0 f64 3.67668814369
func.func @f(%a: memref<5xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c5, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %row = memref.get_global @row : memref<5xf64>
    %factors = memref.get_global @factors : memref<5xf64>
    %v = memref.load %a[%bx] : memref<5xf64>
    %k = memref.load %factors[%bx] : memref<5xf64>
    %s = math.sin %v : f64
    %ks = arith.mulf %k, %s : f64
    memref.store %ks, %row[%bx] : memref<5xf64>
    gpu.terminator
  }
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %row = memref.get_global @row : memref<5xf64>
    %v = memref.load %row[%tx] : memref<5xf64>
    %vv = arith.mulf %v, %v : f64
    memref.store %vv, %row[%tx] : memref<5xf64>
    gpu.terminator
  }
  %y = call @total() : () -> f64
  return %y : f64
}
func.func private @total() -> f64 attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %row = memref.get_global @row : memref<5xf64>
  %y = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %zero) -> f64 {
    %v = memref.load %row[%i] : memref<5xf64>
    %n = arith.addf %s, %v : f64
    scf.yield %n : f64
  }
  return %y : f64
}
// The global is named in front of the launch; a table that nobody writes to stays inside.
// CHECK-LABEL: func.func @f(
// CHECK:         %[[ROW:.*]] = memref.get_global @row
// CHECK:         gpu.launch
// CHECK-NOT:     memref.get_global @row
// CHECK:         memref.get_global @factors
// CHECK:         memref.store %{{.*}}, %[[ROW]]
func.func private @put(%v: f64, %i: index) attributes {no_inline} {
  %row = memref.get_global @row : memref<5xf64>
  memref.store %v, %row[%i] : memref<5xf64>
  return
}
func.func private @launch(%a: memref<5xf64>) attributes {no_inline} {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c5, %sy = %c1, %sz = %c1) {
    %v = memref.load %a[%tx] : memref<5xf64>
    %s = math.exp %v : f64
    func.call @put(%s, %tx) : (f64, index) -> ()
    gpu.terminator
  }
  return
}
// A function that a kernel calls gets it as an argument.
// CHECK-LABEL: func.func private @put.globals(
// CHECK-SAME:    memref<5xf64>)
// CHECK-LABEL: func.func private @launch(
// CHECK:         %[[ROW:.*]] = memref.get_global @row
// CHECK:         gpu.launch
// CHECK:         func.call @put.globals(%{{.*}}, %{{.*}}, %[[ROW]])
func.func @by_callees(%a: memref<5xf64>) -> f64 {
  call @launch(%a) : (memref<5xf64>) -> ()
  %y = call @total() : () -> f64
  return %y : f64
}
