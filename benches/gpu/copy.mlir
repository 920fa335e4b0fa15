// y <- x, to measure the bandwidth of a device's memory: 16 bytes an element.
func.func @copy(%x: memref<?xf64>, %y: memref<?xf64>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 256 : index
  %n = memref.dim %x, %zero : memref<?xf64>
  %blocks = arith.ceildivui %n, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %blocks, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %one, %sz = %one) {
    %first = arith.muli %bx, %sx : index
    %i = arith.addi %first, %tx : index
    %inside = arith.cmpi ult, %i, %n : index
    scf.if %inside {
      %value = memref.load %x[%i] : memref<?xf64>
      memref.store %value, %y[%i] : memref<?xf64>
    }
    gpu.terminator
  }
  return
}
