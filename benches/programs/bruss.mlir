// The Brusselator on a periodic grid, by explicit Euler steps between two pairs of buffers that take turns. Each has a
// halo of one cell, which is filled before a step.
//
//   lap(a)_ij = a_{i-1,j} + a_{i+1,j} + a_{i,j-1} + a_{i,j+1} - 4 a_ij
//   u <- u + dt (B + u^2 v - (A + 1) u + al lap u)
//   v <- v + dt (A u - u^2 v + al lap v)                              (A = 3.4, B = 1, al = 50, dt = 0.001)
//   J = (sum u^2 + sum v^2) / N^2
//
//   autodiff-run benches/programs/bruss.mlir --entry bruss --arg rand:8x8:1 --arg rand:8x8:2 --arg 3 \
//     --activity dup,dup,const --mode vjp
func.func private @halo(%f: memref<?x?xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last = arith.addi %n, %c1 : index
  scf.for %j = %c1 to %last step %c1 {
    %f_new = memref.load %f[%n, %j] : memref<?x?xf64>
    memref.store %f_new, %f[%c0, %j] : memref<?x?xf64>
    %f_new.1 = memref.load %f[%c1, %j] : memref<?x?xf64>
    memref.store %f_new.1, %f[%last, %j] : memref<?x?xf64>
  }
  scf.for %i = %c1 to %last step %c1 {
    %f_new.2 = memref.load %f[%i, %n] : memref<?x?xf64>
    memref.store %f_new.2, %f[%i, %c0] : memref<?x?xf64>
    %f_new.3 = memref.load %f[%i, %c1] : memref<?x?xf64>
    memref.store %f_new.3, %f[%i, %last] : memref<?x?xf64>
  }
  return
}

func.func @bruss(%u0: memref<?x?xf64> {llvm.noalias}, %v0: memref<?x?xf64> {llvm.noalias}, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %f0.001 = arith.constant 0.001 : f64
  %one = arith.constant 1.0 : f64
  %f3.4 = arith.constant 3.4 : f64
  %four = arith.constant 4.0 : f64
  %f4.4 = arith.constant 4.4 : f64
  %f50.0 = arith.constant 50.0 : f64
  %n = memref.dim %u0, %c0 : memref<?x?xf64>
  %last = arith.addi %n, %c1 : index
  %size = arith.addi %n, %c2 : index
  %u_even = memref.alloc(%size, %size) : memref<?x?xf64>
  %v_even = memref.alloc(%size, %size) : memref<?x?xf64>
  %u_odd = memref.alloc(%size, %size) : memref<?x?xf64>
  %v_odd = memref.alloc(%size, %size) : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    %i1 = arith.addi %i, %c1 : index
    scf.for %j = %c0 to %n step %c1 {
      %j1 = arith.addi %j, %c1 : index
      %u_new = memref.load %u0[%i, %j] : memref<?x?xf64>
      memref.store %u_new, %u_even[%i1, %j1] : memref<?x?xf64>
      %v_new = memref.load %v0[%i, %j] : memref<?x?xf64>
      memref.store %v_new, %v_even[%i1, %j1] : memref<?x?xf64>
    }
  }
  %r:4 = scf.for %t = %c0 to %steps step %c1 iter_args(%u = %u_even, %v = %v_even, %un = %u_odd, %vn = %v_odd)
      -> (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>) {
    func.call @halo(%u, %n) : (memref<?x?xf64>, index) -> ()
    func.call @halo(%v, %n) : (memref<?x?xf64>, index) -> ()
    scf.parallel (%i.1) = (%c1) to (%last) step (%c1) {
      %north = arith.subi %i.1, %c1 : index
      %south = arith.addi %i.1, %c1 : index
      scf.for %j.1 = %c1 to %last step %c1 {
        %west = arith.subi %j.1, %c1 : index
        %east = arith.addi %j.1, %c1 : index
        %uc = memref.load %u[%i.1, %j.1] : memref<?x?xf64>
        %vc = memref.load %v[%i.1, %j.1] : memref<?x?xf64>
        %lu = memref.load %u[%north, %j.1] : memref<?x?xf64>
        %lu.1 = memref.load %u[%south, %j.1] : memref<?x?xf64>
        %lu.2 = arith.addf %lu, %lu.1 : f64
        %lu.3 = memref.load %u[%i.1, %west] : memref<?x?xf64>
        %lu.4 = arith.addf %lu.2, %lu.3 : f64
        %lu.5 = memref.load %u[%i.1, %east] : memref<?x?xf64>
        %lu.6 = arith.addf %lu.4, %lu.5 : f64
        %lu.7 = arith.mulf %four, %uc : f64
        %lu.8 = arith.subf %lu.6, %lu.7 : f64
        %lv = memref.load %v[%north, %j.1] : memref<?x?xf64>
        %lv.1 = memref.load %v[%south, %j.1] : memref<?x?xf64>
        %lv.2 = arith.addf %lv, %lv.1 : f64
        %lv.3 = memref.load %v[%i.1, %west] : memref<?x?xf64>
        %lv.4 = arith.addf %lv.2, %lv.3 : f64
        %lv.5 = memref.load %v[%i.1, %east] : memref<?x?xf64>
        %lv.6 = arith.addf %lv.4, %lv.5 : f64
        %lv.7 = arith.mulf %four, %vc : f64
        %lv.8 = arith.subf %lv.6, %lv.7 : f64
        %uuv = arith.mulf %uc, %uc : f64
        %uuv.1 = arith.mulf %uuv, %vc : f64
        %u_new.1 = arith.addf %one, %uuv.1 : f64
        %u_new.2 = arith.mulf %f4.4, %uc : f64
        %u_new.3 = arith.subf %u_new.1, %u_new.2 : f64
        %u_new.4 = arith.mulf %f50.0, %lu.8 : f64
        %u_new.5 = arith.addf %u_new.3, %u_new.4 : f64
        %u_new.6 = arith.mulf %f0.001, %u_new.5 : f64
        %u_new.7 = arith.addf %uc, %u_new.6 : f64
        memref.store %u_new.7, %un[%i.1, %j.1] : memref<?x?xf64>
        %v_new.1 = arith.mulf %f3.4, %uc : f64
        %v_new.2 = arith.subf %v_new.1, %uuv.1 : f64
        %v_new.3 = arith.mulf %f50.0, %lv.8 : f64
        %v_new.4 = arith.addf %v_new.2, %v_new.3 : f64
        %v_new.5 = arith.mulf %f0.001, %v_new.4 : f64
        %v_new.6 = arith.addf %vc, %v_new.5 : f64
        memref.store %v_new.6, %vn[%i.1, %j.1] : memref<?x?xf64>
      }
      scf.reduce
    }
    scf.yield %un, %vn, %u, %v : memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>
  }
  %sum.1 = scf.for %i.2 = %c1 to %last step %c1 iter_args(%sum = %zero) -> f64 {
    %sum.3 = scf.for %j.2 = %c1 to %last step %c1 iter_args(%sum.2 = %sum) -> f64 {
      %uc.1 = memref.load %r#0[%i.2, %j.2] : memref<?x?xf64>
      %vc.1 = memref.load %r#1[%i.2, %j.2] : memref<?x?xf64>
      %sum.4 = arith.mulf %uc.1, %uc.1 : f64
      %sum.5 = arith.mulf %vc.1, %vc.1 : f64
      %sum.6 = arith.addf %sum.4, %sum.5 : f64
      %sum.7 = arith.addf %sum.2, %sum.6 : f64
      scf.yield %sum.7 : f64
    }
    scf.yield %sum.3 : f64
  }
  %j.3 = arith.muli %n, %n : index
  %j.4 = arith.index_cast %j.3 : index to i64
  %j.5 = arith.sitofp %j.4 : i64 to f64
  %j.6 = arith.divf %sum.1, %j.5 : f64
  memref.dealloc %v_odd : memref<?x?xf64>
  memref.dealloc %u_odd : memref<?x?xf64>
  memref.dealloc %v_even : memref<?x?xf64>
  memref.dealloc %u_even : memref<?x?xf64>
  return %j.6 : f64
}

func.func @bruss_gradient(%u0: memref<?x?xf64> {llvm.noalias}, %u0_bar: memref<?x?xf64> {llvm.noalias},
    %v0: memref<?x?xf64> {llvm.noalias}, %v0_bar: memref<?x?xf64> {llvm.noalias}, %steps: index) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @bruss(%u0, %u0_bar, %v0, %v0_bar, %steps, %one) args [dup, dup, const] results [active_noneed]
    : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, index, f64) -> ()
  return
}
