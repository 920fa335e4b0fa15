// Sizes, strides and addresses of buffers are inactive: dim, extract_strided_metadata, extract_aligned_pointer_as_index.
// RUN: autodiff-run %s --entry mean --arg rand:7:1 --mode check
// RUN: autodiff-run %s --entry metadata --arg rand:3x4:1 --mode check
// RUN: autodiff-run %s --entry address --arg rand:3:1 --mode check
func.func @mean(%a: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %a, %c0 : memref<?xf64>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<?xf64>
    %e = math.exp %x : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %bits = arith.index_cast %n : index to i64
  %count = arith.sitofp %bits : i64 to f64
  %mean = arith.divf %sum, %count : f64
  return %mean : f64
}
func.func @metadata(%a: memref<3x4xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %base, %offset, %sizes:2, %strides:2 = memref.extract_strided_metadata %a : memref<3x4xf64> -> memref<f64>, index, index, index, index, index
  %last = arith.subi %sizes#1, %c1 : index
  %x = memref.load %a[%c1, %last] : memref<3x4xf64>
  %row = memref.reinterpret_cast %base to offset: [4], sizes: [4], strides: [1] : memref<f64> to memref<4xf64, strided<[1], offset: 4>>
  %y = memref.load %row[%last] : memref<4xf64, strided<[1], offset: 4>>
  %xy = arith.mulf %x, %y : f64
  return %xy : f64
}
func.func @address(%a: memref<3xf64>) -> f64 {
  %c1 = arith.constant 1 : index
  %eight = arith.constant 8 : index
  %p = memref.extract_aligned_pointer_as_index %a : memref<3xf64> -> index
  %misaligned = arith.remui %p, %eight : index
  %i = arith.addi %c1, %misaligned : index
  %x = memref.load %a[%i] : memref<3xf64>
  %y = math.sin %x : f64
  return %y : f64
}
