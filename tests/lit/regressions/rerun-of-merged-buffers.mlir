// A loop that writes to buffers from outside under the name of a buffer of its own is not run again in the reverse sweep.
// RUN: autodiff-run %s --entry main --arg 1.3 --arg rand:2:4 --arg rand:3:2 --arg rand::4 --arg rand:3:3 --activity active,dup,dup,dup,const --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=main --autodiff-differentiate=normal-form=false -o /dev/null
func.func private @f0(%a1: f64) -> (f64) {
  return %a1 : f64
}
func.func @main(%x2: f64, %m3: memref<?xf64>, %m4: memref<?xf64>, %m5: memref<f64>, %d6: memref<3xindex>) -> (f64) {
  %c7 = arith.constant 1 : index
  %c9 = arith.constant 0 : index
  %c12 = arith.constant 1 : index
  %r13, %r14 = scf.for %i17 = %c9 to %c7 step %c12 iter_args(%t15 = %m4, %t16 = %m3) -> (memref<?xf64>, memref<?xf64>) {
    scf.yield %t16, %t15 : memref<?xf64>, memref<?xf64>
  }
  %c27 = arith.constant 0 : index
  %c28 = arith.constant 0 : index
  %e29 = memref.dim %r14, %c28 : memref<?xf64>
  %c30 = arith.constant 1 : index
  scf.for %i31 = %c27 to %e29 step %c30 {
    %v32 = memref.load %r14[%i31] : memref<?xf64>
    %f34 = math.sin %v32 : f64
    %m39 = memref.alloc(%i31) : memref<?xf64>
    %r47, %r48 = scf.index_switch %i31 -> f64, f64
    case 0 {
      scf.yield %f34, %f34 : f64, f64
    }
    default {
      %c49 = arith.constant 1 : index
      %c50 = arith.constant 0 : index
      %e51 = memref.dim %r13, %c50 : memref<?xf64>
      %c52 = arith.constant 1 : index
      %v53 = memref.cast %m39 : memref<?xf64> to memref<?xf64, strided<[?], offset: ?>>
      %r54, %r55 = scf.for %i56 = %c49 to %e51 step %c52 iter_args(%t57 = %v53, %t58 = %r14) -> (memref<?xf64, strided<[?], offset: ?>>, memref<?xf64>) {
        %c59 = arith.constant 0 : index
        %e60 = memref.dim %t58, %c59 : memref<?xf64>
        %i61 = arith.remui %i31, %e60 : index
        memref.store %v32, %t58[%i61] : memref<?xf64>
        %v62 = memref.cast %m4 : memref<?xf64> to memref<?xf64, strided<[?], offset: ?>>
        scf.yield %v62, %m39 : memref<?xf64, strided<[?], offset: ?>>, memref<?xf64>
      }
      scf.yield %f34, %v32 : f64, f64
    }
    memref.store %r48, %r14[%i31] : memref<?xf64>
    memref.dealloc %m39 : memref<?xf64>
  }
  return %x2 : f64
}
