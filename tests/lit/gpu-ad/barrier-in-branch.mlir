// Barriers in branches and loops are mirrored: under the same condition, once for each iteration, in kernels of two
// dimensions whose while loops count.
// RUN: autodiff-run %s --entry relax --arg rand:12:1 --arg zeros:12 --arg 1 --target gpu-host --mode check --check-races
// RUN: autodiff-run %s --entry relax --arg rand:12:1 --arg zeros:12 --arg 0 --target gpu-host --mode check --check-races
// RUN: autodiff-opt %s '--autodiff-wrap=function=relax args=dup,dup,const' --autodiff-differentiate | FileCheck %s
!row = memref<6xf64, #gpu.address_space<workgroup>>
func.func @relax(%x: memref<12xf64>, %y: memref<12xf64>, %mode: i32) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %smooths = arith.cmpi ne, %mode, %zero : i32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c3, %sy = %c2, %sz = %c1)
             workgroup(%row : !row) {
    %above = arith.muli %ty, %c3 : index
    %t = arith.addi %above, %tx : index
    %first = arith.muli %bx, %c6 : index
    %i = arith.addi %first, %t : index
    %v = memref.load %x[%i] : memref<12xf64>
    memref.store %v, %row[%t] : !row
    scf.if %smooths {
      gpu.barrier
      %after = arith.addi %t, %c1 : index
      %next = arith.remui %after, %c6 : index
      // As many rounds as the block has a number, and one more.
      %block = arith.index_cast %bx : index to i32
      %rounds = arith.addi %block, %one : i32
      %done = scf.while (%round = %zero) : (i32) -> i32 {
        %goes_on = arith.cmpi slt, %round, %rounds : i32
        scf.condition(%goes_on) %round : i32
      } do {
      ^bb0(%round: i32):
        %a = memref.load %row[%t] : !row
        %b = memref.load %row[%next] : !row
        gpu.barrier
        %ab = arith.mulf %a, %b : f64
        %sine = math.sin %ab : f64
        memref.store %sine, %row[%t] : !row
        gpu.barrier
        %more = arith.addi %round, %one : i32
        scf.yield %more : i32
      }
    }
    %r = memref.load %row[%t] : !row
    %square = arith.mulf %r, %r : f64
    memref.store %square, %y[%i] : memref<12xf64>
    gpu.terminator
  }
  return
}
// CHECK-LABEL: func.func private @relax.vjp.dup.dup.const
// CHECK:         gpu.launch {{.*}} workgroup(%[[SHADOW:[^ ]*]] : memref<6xf64, {{.*}}, %[[ROW:.*]] : memref<6xf64
// CHECK:           memref.store %{{.*}}, %[[SHADOW]]
// CHECK:           gpu.barrier
// CHECK:           memref.store %{{.*}}, %[[ROW]]
// CHECK:           scf.if
// CHECK:             gpu.barrier
// CHECK:             scf.for
// CHECK-COUNT-2:       gpu.barrier
// CHECK:           scf.if
// CHECK:             scf.for
// CHECK:               gpu.barrier
// CHECK:               autodiff.take %[[SHADOW]]
// CHECK:               gpu.barrier
// CHECK:               autodiff.accumulate %{{.*}}, %[[SHADOW]]
// CHECK:             gpu.barrier
// CHECK:           autodiff.take %[[SHADOW]]
