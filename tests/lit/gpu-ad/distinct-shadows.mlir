// The shadow of an argument that no other argument reaches is distinct, too: threads add to it without atomics.
// RUN: autodiff-run %s --entry product --arg rand:64:1 --arg rand:64:2 --arg zeros:64 --target gpu-host --mode check \
// RUN:   --check-races | FileCheck %s --check-prefix=EXEC
// RUN: autodiff-opt %s '--autodiff-print-locality=function=product mode=vjp' -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LOCALITY
// RUN: autodiff-opt %s --autodiff-wrap=function=product '--autodiff-wrap=function=product mode=jvp' \
// RUN:   --autodiff-differentiate | FileCheck %s
// EXEC-COUNT-4: ok
// EXEC:     derivative {{.*}} atomic updates 0
// LOCALITY:     gpu.launch
// LOCALITY-COUNT-2: distinct
// LOCALITY-NOT: atomic

// CHECK-LABEL: func.func private @product.vjp
// CHECK-SAME:    (%{{[a-z0-9]+}}: memref<64xf64> {llvm.noalias}, %{{[a-z0-9]+}}: memref<64xf64> {llvm.noalias}
// CHECK-LABEL: func.func @product_vjp
// CHECK-SAME:    (%{{[a-z0-9]+}}: memref<64xf64> {llvm.noalias}, %{{[a-z0-9]+}}: memref<64xf64> {llvm.noalias}
func.func @product(%x: memref<64xf64> {llvm.noalias}, %w: memref<64xf64> {llvm.noalias}, %y: memref<64xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %first = arith.muli %bx, %c32 : index
    %i = arith.addi %first, %tx : index
    %v = memref.load %x[%i] : memref<64xf64>
    %u = memref.load %w[%i] : memref<64xf64>
    %p = arith.mulf %v, %u : f64
    memref.store %p, %y[%i] : memref<64xf64>
    gpu.terminator
  }
  return
}
