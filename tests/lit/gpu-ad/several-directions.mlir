// With two directions, shadows of a workgroup's memory stand beside each other, also in memory that is asked for.
// RUN: autodiff-run %s --entry two --arg rand:4:1 --arg 0.3 --arg rand:4:2 --arg rand:4:3 --target gpu-host --mode check
// RUN: autodiff-run %s --entry two_back --arg rand:4:1 --arg 0.3 --arg rand:4:2 --arg rand:4:3 --target gpu-host \
// RUN:   --mode check --check-races
!bytes = memref<?xi8, #gpu.address_space<workgroup>>
!row = memref<4xf64, #gpu.address_space<workgroup>>
func.func private @mix(%x: memref<4xf64>, %a: f64, %y: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %size = arith.constant 36 : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             dynamic_shared_memory_size %size workgroup(%row : !row) {
    %all = gpu.dynamic_shared_memory : !bytes
    %other = memref.view %all[%c0][] : !bytes to !row
    %v = memref.load %x[%tx] : memref<4xf64>
    %w = arith.mulf %v, %a : f64
    memref.store %w, %row[%tx] : !row
    memref.store %v, %other[%tx] : !row
    gpu.barrier
    %mirrored = arith.subi %c3, %tx : index
    %p = memref.load %row[%mirrored] : !row
    %q = memref.load %other[%mirrored] : !row
    %pq = arith.mulf %p, %q : f64
    memref.store %pq, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
// The sum of two tangents of one direction each, as a function of what they are taken at.
func.func @two(%x: memref<4xf64>, %a: f64, %s: memref<4xf64>, %t: memref<4xf64>) -> f64 {
  %y = memref.alloc() : memref<4xf64>
  %u = memref.alloc() : memref<4xf64>
  %v = memref.alloc() : memref<4xf64>
  autodiff.jvp @mix(%x, %s, %t, %a, %a, %a, %y, %u, %v) args [dup, dup, dup] results [] width 2
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, f64, f64, f64, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  %r = func.call @product(%u, %v) : (memref<4xf64>, memref<4xf64>) -> f64
  memref.dealloc %y : memref<4xf64>
  memref.dealloc %u : memref<4xf64>
  memref.dealloc %v : memref<4xf64>
  return %r : f64
}
func.func @two_back(%x: memref<4xf64>, %a: f64, %s: memref<4xf64>, %t: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %y = memref.alloc() : memref<4xf64>
  %u = memref.alloc() : memref<4xf64>
  %v = memref.alloc() : memref<4xf64>
  %b = memref.alloc() : memref<4xf64>
  %c = memref.alloc() : memref<4xf64>
  memref.copy %s, %b : memref<4xf64> to memref<4xf64>
  memref.copy %t, %c : memref<4xf64> to memref<4xf64>
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %zero, %u[%i] : memref<4xf64>
    memref.store %zero, %v[%i] : memref<4xf64>
  }
  %a_bars:2 = autodiff.vjp @mix(%x, %u, %v, %a, %y, %b, %c) args [dup, active, dup] results [] width 2
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, f64, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> (f64, f64)
  %r = func.call @product(%u, %v) : (memref<4xf64>, memref<4xf64>) -> f64
  %p = arith.mulf %a_bars#0, %a_bars#1 : f64
  %sum = arith.addf %r, %p : f64
  memref.dealloc %y : memref<4xf64>
  memref.dealloc %u : memref<4xf64>
  memref.dealloc %v : memref<4xf64>
  memref.dealloc %b : memref<4xf64>
  memref.dealloc %c : memref<4xf64>
  return %sum : f64
}
func.func private @product(%u: memref<4xf64>, %v: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%sum = %zero) -> f64 {
    %a = memref.load %u[%i] : memref<4xf64>
    %b = memref.load %v[%i] : memref<4xf64>
    %ab = arith.mulf %a, %b : f64
    %next = arith.addf %sum, %ab : f64
    scf.yield %next : f64
  }
  return %r : f64
}
