// C <- A B, by tiles of 16 x 16 that a block keeps in workgroup memory.
//
// No buffer is the same memory as another (`__restrict__`).
// Sizes: A is m x k, B is k x n, at run time; tiles over the rim are filled with zeros.
// Source: the tiled product of the CUDA C++ programming guide, section "Shared Memory".
// RUN: autodiff-run %s --entry matmul --target gpu-host --arg rand:20x33:1 --arg rand:33x18:2 --arg zeros:20x18 \
// RUN:   --mode check --check-races
!tile = memref<16x16xf64, #gpu.address_space<workgroup>>
func.func @matmul(%a: memref<?x?xf64> {llvm.noalias}, %b: memref<?x?xf64> {llvm.noalias},
                  %c: memref<?x?xf64> {llvm.noalias}) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 16 : index
  %none = arith.constant 0.0 : f64
  %m = memref.dim %a, %zero : memref<?x?xf64>
  %k = memref.dim %a, %one : memref<?x?xf64>
  %n = memref.dim %b, %one : memref<?x?xf64>
  %rows = arith.ceildivui %m, %size : index
  %columns = arith.ceildivui %n, %size : index
  %tiles = arith.ceildivui %k, %size : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %columns, %gy = %rows, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %size, %sy = %size, %sz = %one)
             workgroup(%a_tile : !tile, %b_tile : !tile) {
    %first_row = arith.muli %by, %sy : index
    %row = arith.addi %first_row, %ty : index
    %first_column = arith.muli %bx, %sx : index
    %column = arith.addi %first_column, %tx : index
    %row_inside = arith.cmpi ult, %row, %m : index
    %column_inside = arith.cmpi ult, %column, %n : index
    %product = scf.for %t = %zero to %tiles step %one iter_args(%sum = %none) -> f64 {
      %offset = arith.muli %t, %size : index
      %a_column = arith.addi %offset, %tx : index
      %a_column_inside = arith.cmpi ult, %a_column, %k : index
      %a_inside = arith.andi %row_inside, %a_column_inside : i1
      %a_value = scf.if %a_inside -> f64 {
        %value = memref.load %a[%row, %a_column] : memref<?x?xf64>
        scf.yield %value : f64
      } else {
        scf.yield %none : f64
      }
      memref.store %a_value, %a_tile[%ty, %tx] : !tile
      %b_row = arith.addi %offset, %ty : index
      %b_row_inside = arith.cmpi ult, %b_row, %k : index
      %b_inside = arith.andi %b_row_inside, %column_inside : i1
      %b_value = scf.if %b_inside -> f64 {
        %value = memref.load %b[%b_row, %column] : memref<?x?xf64>
        scf.yield %value : f64
      } else {
        scf.yield %none : f64
      }
      memref.store %b_value, %b_tile[%ty, %tx] : !tile
      gpu.barrier
      %tile_sum = scf.for %p = %zero to %size step %one iter_args(%partial = %sum) -> f64 {
        %u = memref.load %a_tile[%ty, %p] : !tile
        %v = memref.load %b_tile[%p, %tx] : !tile
        %uv = arith.mulf %u, %v : f64
        %next = arith.addf %partial, %uv : f64
        scf.yield %next : f64
      }
      gpu.barrier
      scf.yield %tile_sum : f64
    }
    %inside = arith.andi %row_inside, %column_inside : i1
    scf.if %inside {
      memref.store %product, %c[%row, %column] : memref<?x?xf64>
    }
    gpu.terminator
  }
  return
}
