// Lanes of a subgroup exchange values: all modes of shuffles, rotations, and vectors.
// RUN: autodiff-run %s --entry shuffles --target gpu-host --arg 0 | FileCheck %s --check-prefix=XOR
// RUN: autodiff-run %s --entry shuffles --target gpu-host --arg 1 | FileCheck %s --check-prefix=DOWN
// RUN: autodiff-run %s --entry shuffles --target gpu-host --arg 2 | FileCheck %s --check-prefix=UP
// RUN: autodiff-run %s --entry shuffles --target gpu-host --arg 3 | FileCheck %s --check-prefix=IDX
// RUN: autodiff-run %s --entry shuffles --target gpu-host --arg 4 | FileCheck %s --check-prefix=ROTATE
// RUN: autodiff-run %s --entry shuffles --target gpu-host --arg 5 | FileCheck %s --check-prefix=VECTOR
// Eight threads, of which the first four take part. Values are 10 times the lane; where there is no other lane, or the
// lane itself takes no part, a lane keeps its own.
func.func @shuffles(%mode: index) -> (memref<8xf32>, memref<8xi32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %eight = arith.constant 8 : index
  %ten = arith.constant 10 : index
  %offset = arith.constant 2 : i32
  %width = arith.constant 4 : i32
  %values = memref.alloc() : memref<8xf32>
  %flags = memref.alloc() : memref<8xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one)
             threads(%tx, %ty, %tz) in (%sx = %eight, %sy = %one, %sz = %one) {
    %lane = gpu.lane_id
    %number = arith.muli %lane, %ten : index
    %integer = arith.index_cast %number : index to i32
    %own = arith.sitofp %integer : i32 to f32
    %value, %valid = scf.index_switch %mode -> f32, i1
    case 0 {
      %v, %ok = gpu.shuffle xor %own, %offset, %width : f32
      scf.yield %v, %ok : f32, i1
    }
    case 1 {
      %v, %ok = gpu.shuffle down %own, %offset, %width : f32
      scf.yield %v, %ok : f32, i1
    }
    case 2 {
      %v, %ok = gpu.shuffle up %own, %offset, %width : f32
      scf.yield %v, %ok : f32, i1
    }
    case 3 {
      %v, %ok = gpu.shuffle idx %own, %offset, %width : f32
      scf.yield %v, %ok : f32, i1
    }
    case 4 {
      %v, %ok = gpu.rotate %own, 3, 4 : f32
      scf.yield %v, %ok : f32, i1
    }
    default {
      %half = arith.truncf %own : f32 to f16
      %pair = vector.broadcast %half : f16 to vector<2xf16>
      %v, %ok = gpu.shuffle xor %pair, %offset, %width : vector<2xf16>
      %second = vector.extract %v[1] : f16 from vector<2xf16>
      %wide = arith.extf %second : f16 to f32
      scf.yield %wide, %ok : f32, i1
    }
    memref.store %value, %values[%lane] : memref<8xf32>
    %flag = arith.extui %valid : i1 to i32
    memref.store %flag, %flags[%lane] : memref<8xi32>
    gpu.terminator
  }
  return %values, %flags : memref<8xf32>, memref<8xi32>
}
// XOR: result-0 {{.*}} [20, 30, 0, 10, 40, 50, 60, 70]
// XOR: result-1 {{.*}} [1, 1, 1, 1, 0, 0, 0, 0]
// DOWN: result-0 {{.*}} [20, 30, 20, 30, 40, 50, 60, 70]
// DOWN: result-1 {{.*}} [1, 1, 0, 0, 0, 0, 0, 0]
// UP: result-0 {{.*}} [0, 10, 0, 10, 40, 50, 60, 70]
// UP: result-1 {{.*}} [0, 0, 1, 1, 0, 0, 0, 0]
// IDX: result-0 {{.*}} [20, 20, 20, 20, 40, 50, 60, 70]
// IDX: result-1 {{.*}} [1, 1, 1, 1, 0, 0, 0, 0]
// ROTATE: result-0 {{.*}} [30, 0, 10, 20, 40, 50, 60, 70]
// ROTATE: result-1 {{.*}} [1, 1, 1, 1, 0, 0, 0, 0]
// VECTOR: result-0 {{.*}} [20, 30, 0, 10, 40, 50, 60, 70]
// VECTOR: result-1 {{.*}} [1, 1, 1, 1, 0, 0, 0, 0]
