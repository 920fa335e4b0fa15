// What waits for all threads cannot stand in the body of a reduction.
// RUN: autodiff-opt %s --autodiff-expand-all-reduce --verify-diagnostics -o /dev/null
func.func @nested(%a: memref<8xf64>) {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %v = memref.load %a[%tx] : memref<8xf64>
    %r = gpu.all_reduce %v uniform {
    ^bb0(%x: f64, %y: f64):
      // expected-error @below {{'gpu.all_reduce' op in the body of a reduction, which some threads run alone}}
      %z = gpu.all_reduce add %x uniform {} : (f64) -> f64
      gpu.yield %z : f64
    } : (f64) -> f64
    memref.store %r, %a[%tx] : memref<8xf64>
    gpu.terminator
  }
  return
}
