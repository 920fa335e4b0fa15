// Barriers in loops and ifs: a prefix sum in workgroup memory, by doubling strides.
// RUN: autodiff-run %s --entry scan --target gpu-host --check-races | FileCheck %s
!row = memref<8xi32, #gpu.address_space<workgroup>>
func.func @scan() -> memref<8xi32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %eight = arith.constant 8 : index
  %out = memref.alloc() : memref<8xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %eight, %sy = %one, %sz = %one)
             workgroup(%row : !row) {
    %number = arith.index_cast %tx : index to i32
    %one_more = arith.index_cast %one : index to i32
    %own = arith.addi %number, %one_more : i32
    memref.store %own, %row[%tx] : !row
    gpu.barrier
    %many = arith.cmpi ugt, %sx, %one : index
    scf.if %many {
      scf.for %step = %zero to %three step %one {
        %stride = arith.shli %one, %step : index
        %adds = arith.cmpi uge, %tx, %stride : index
        %old = memref.load %row[%tx] : !row
        %new = scf.if %adds -> i32 {
          %place = arith.subi %tx, %stride : index
          %left = memref.load %row[%place] : !row
          %sum = arith.addi %left, %old : i32
          scf.yield %sum : i32
        } else {
          scf.yield %old : i32
        }
        gpu.barrier
        memref.store %new, %row[%tx] : !row
        gpu.barrier
      }
    }
    %result = memref.load %row[%tx] : !row
    memref.store %result, %out[%tx] : memref<8xi32>
    gpu.terminator
  }
  return %out : memref<8xi32>
}
// CHECK: result-0 {{.*}} [1, 3, 6, 10, 15, 21, 28, 36]
