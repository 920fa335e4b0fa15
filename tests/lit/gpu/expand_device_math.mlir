// Ops without a conversion for some vendor become others, which compute the same.
// RUN: autodiff-opt %s --gpu-kernel-outlining '--autodiff-expand-device-math=trap=true' -o %t.mlir
// RUN: FileCheck %s --check-prefix=IR --input-file=%t.mlir
// RUN: autodiff-run %t.mlir --entry main --target gpu-host | FileCheck %s
// RUN: autodiff-run %s --entry main --target gpu-host | FileCheck %s

// IR:     gpu.module
// IR-NOT: math.trunc
// IR-NOT: math.sincos
// IR-NOT: math.isinf
// IR-NOT: math.ct
// IR-NOT: math.absi
// IR-NOT: math.ipowi
// IR-NOT: cf.assert
// IR:     llvm.intr.trap

// trunc of -2.75 and 2.75, sin and cos of 0, isinf of 2.75 and infinity, isnormal of 0 and 2.75.
// CHECK: result-0 memref<8xf64> [-2, 2, 0, 1, 0, 1, 0, 1]
// ctlz, cttz, ctpop of 12; |-5|; 3^5, (-1)^-3, 2^-1, 0^0.
// CHECK: result-1 memref<8xi32> [28, 2, 2, 5, 243, -1, 0, 1]
func.func @main() -> (memref<8xf64>, memref<8xi32>) {
  %one = arith.constant 1 : index
  %f = memref.alloc() : memref<8xf64>
  %n = memref.alloc() : memref<8xi32>
  %x = arith.constant 2.75 : f64
  %infinity = arith.constant 0x7FF0000000000000 : f64
  %twelve = arith.constant 12 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
    %0 = arith.constant 0 : index
    %1 = arith.constant 1 : index
    %2 = arith.constant 2 : index
    %3 = arith.constant 3 : index
    %4 = arith.constant 4 : index
    %5 = arith.constant 5 : index
    %6 = arith.constant 6 : index
    %7 = arith.constant 7 : index
    %zero = arith.constant 0.0 : f64
    %minus = arith.negf %x : f64
    %down = math.trunc %minus : f64
    %up = math.trunc %x : f64
    %sin, %cos = math.sincos %zero : f64
    %finite = math.isinf %x : f64
    %infinite = math.isinf %infinity : f64
    %subnormal = math.isnormal %zero : f64
    %normal = math.isnormal %x : f64
    cf.assert %normal, "a normal number"
    %finite_f64 = arith.uitofp %finite : i1 to f64
    %infinite_f64 = arith.uitofp %infinite : i1 to f64
    %subnormal_f64 = arith.uitofp %subnormal : i1 to f64
    %normal_f64 = arith.uitofp %normal : i1 to f64
    memref.store %down, %f[%0] : memref<8xf64>
    memref.store %up, %f[%1] : memref<8xf64>
    memref.store %sin, %f[%2] : memref<8xf64>
    memref.store %cos, %f[%3] : memref<8xf64>
    memref.store %finite_f64, %f[%4] : memref<8xf64>
    memref.store %infinite_f64, %f[%5] : memref<8xf64>
    memref.store %subnormal_f64, %f[%6] : memref<8xf64>
    memref.store %normal_f64, %f[%7] : memref<8xf64>
    %none = arith.constant 0 : i32
    %two = arith.constant 2 : i32
    %base = arith.constant 3 : i32
    %five = arith.constant 5 : i32
    %minus_one = arith.constant -1 : i32
    %minus_three = arith.constant -3 : i32
    %minus_five = arith.constant -5 : i32
    %leading = math.ctlz %twelve : i32
    %trailing = math.cttz %twelve : i32
    %count = math.ctpop %twelve : i32
    %size = math.absi %minus_five : i32
    %power = math.ipowi %base, %five : i32
    %odd = math.ipowi %minus_one, %minus_three : i32
    %fraction = math.ipowi %two, %minus_one : i32
    %empty = math.ipowi %none, %none : i32
    memref.store %leading, %n[%0] : memref<8xi32>
    memref.store %trailing, %n[%1] : memref<8xi32>
    memref.store %count, %n[%2] : memref<8xi32>
    memref.store %size, %n[%3] : memref<8xi32>
    memref.store %power, %n[%4] : memref<8xi32>
    memref.store %odd, %n[%5] : memref<8xi32>
    memref.store %fraction, %n[%6] : memref<8xi32>
    memref.store %empty, %n[%7] : memref<8xi32>
    gpu.terminator
  }
  return %f, %n : memref<8xf64>, memref<8xi32>
}
