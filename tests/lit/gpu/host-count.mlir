// What kernels do is counted: elements read and written, floating-point operations, vectors by element.
// RUN: autodiff-run %s --entry count --target gpu-host --count --arg zeros:6 | FileCheck %s
// RUN: autodiff-run %s --entry count --target gpu-host --arg zeros:6 --json | FileCheck %s --check-prefix=JSON
func.func @count(%x: memref<6xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %six = arith.constant 6 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %three, %sy = %one, %sz = %one) {
    // 3 x 2 x (1 load, 1 atomic update, 3 operations)
    scf.for %i = %zero to %two step %one {
      %value = memref.load %x[%tx] : memref<6xf64>
      %sine = math.sin %value : f64
      %next = math.fma %value, %sine, %value : f64
      %old = memref.atomic_rmw addf %next, %x[%three] : (f64, memref<6xf64>) -> f64
    }
    // The last thread: a vector of two elements is read, doubled and written.
    %last = arith.cmpi eq, %tx, %two : index
    scf.if %last {
      %pair = vector.load %x[%zero] : memref<6xf64>, vector<2xf64>
      %double = arith.addf %pair, %pair : vector<2xf64>
      vector.store %double, %x[%zero] : memref<6xf64>, vector<2xf64>
    }
    gpu.terminator
  }
  return
}
// CHECK: 'count_kernel': launches 1, threads 3, atomic updates 6, loads 8, stores 2, flops 20
// JSON: "atomics":6,"loads":null,"stores":null,"flops":null
