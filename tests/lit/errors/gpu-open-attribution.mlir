// Memory of a workgroup has a size that is known.
// RUN: autodiff-opt %s --autodiff-differentiate --verify-diagnostics -o /dev/null
func.func @f(%a: memref<32xf32>, %b: memref<32xf32>) {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  // expected-error @below {{'gpu.launch' op has memory of a workgroup or a thread whose size is not known}}
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) workgroup(%w : memref<?xf32, 3>) {
    %x = memref.load %a[%tx] : memref<32xf32>
    memref.store %x, %w[%tx] : memref<?xf32, 3>
    gpu.barrier
    %y = memref.load %w[%tx] : memref<?xf32, 3>
    memref.store %y, %b[%tx] : memref<32xf32>
    gpu.terminator
  }
  return
}
func.func @request(%a: memref<32xf32>, %a_bar: memref<32xf32>, %b: memref<32xf32>, %b_bar: memref<32xf32>) {
  // expected-note @+2 {{differentiation of '@f'}}
  // expected-note @+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @f(%a, %a_bar, %b, %b_bar) args [dup, dup] results []
    : (memref<32xf32>, memref<32xf32>, memref<32xf32>, memref<32xf32>) -> ()
  return
}
