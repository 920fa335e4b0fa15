// Softmax of each row: y_ij = exp(x_ij - max_j x_ij) / sum_j exp(x_ij - max_j x_ij), one block a row.
//
// Sizes: rows and columns at run time, at least one column; 128 threads go through a row in strides of 128.
// Source: the usual shifted form; N. Higham et al., "Accurately computing the log-sum-exp and softmax functions"
// (2021).
// RUN: autodiff-run %s --entry softmax --target gpu-host --arg rand:3x300:1 --arg zeros:3x300 \
// RUN:   --mode check --check-races
func.func @softmax(%x: memref<?x?xf64>, %y: memref<?x?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 128 : index
  %none = arith.constant 0.0 : f64
  %lowest = arith.constant 0xFFF0000000000000 : f64
  %rows = memref.dim %x, %zero : memref<?x?xf64>
  %columns = memref.dim %x, %one : memref<?x?xf64>
  gpu.launch blocks(%row, %by, %bz) in (%gx = %rows, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %own_max = scf.for %j = %tx to %columns step %sx iter_args(%max = %lowest) -> f64 {
      %value = memref.load %x[%row, %j] : memref<?x?xf64>
      %larger = arith.maximumf %max, %value : f64
      scf.yield %larger : f64
    }
    %max = gpu.all_reduce maximumf %own_max uniform {} : (f64) -> f64
    %own_sum = scf.for %j = %tx to %columns step %sx iter_args(%sum = %none) -> f64 {
      %value = memref.load %x[%row, %j] : memref<?x?xf64>
      %shifted = arith.subf %value, %max : f64
      %power = math.exp %shifted : f64
      %next = arith.addf %sum, %power : f64
      scf.yield %next : f64
    }
    %sum = gpu.all_reduce add %own_sum uniform {} : (f64) -> f64
    scf.for %j = %tx to %columns step %sx {
      %value = memref.load %x[%row, %j] : memref<?x?xf64>
      %shifted = arith.subf %value, %max : f64
      %power = math.exp %shifted : f64
      %quotient = arith.divf %power, %sum : f64
      memref.store %quotient, %y[%row, %j] : memref<?x?xf64>
    }
    gpu.terminator
  }
  return
}
