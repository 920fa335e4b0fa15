// The heat equation with a constant coefficient: explicit steps between two buffers that take turns.
//
//   interior:  u <- u + c (u_north + u_south + u_west + u_east - 4 u)        (the rim keeps u0)
//   J = 1/2 sum (u_T - target)^2 / N^2
//
// All but J is linear: a reverse sweep needs no trajectory.
//
//   autodiff-run benches/programs/stencil2d.mlir --entry stencil2d --arg rand:8x8:1 --arg rand:8x8:2 --arg 3 \
//     --arg 0.2 --activity dup,const,const,const --mode vjp
func.func @stencil2d(%u0: memref<?x?xf64> {llvm.noalias}, %target: memref<?x?xf64> {llvm.noalias}, %steps: index,
    %c: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %four = arith.constant 4.0 : f64
  %n = memref.dim %u0, %c0 : memref<?x?xf64>
  %last = arith.subi %n, %c1 : index
  %even = memref.alloc(%n, %n) : memref<?x?xf64>
  %odd = memref.alloc(%n, %n) : memref<?x?xf64>
  memref.copy %u0, %even : memref<?x?xf64> to memref<?x?xf64>
  memref.copy %u0, %odd : memref<?x?xf64> to memref<?x?xf64>
  %r:2 = scf.for %t = %c0 to %steps step %c1 iter_args(%u = %even, %next = %odd) -> (memref<?x?xf64>, memref<?x?xf64>) {
    scf.parallel (%i) = (%c1) to (%last) step (%c1) {
      %north = arith.subi %i, %c1 : index
      %south = arith.addi %i, %c1 : index
      scf.for %j = %c1 to %last step %c1 {
        %west = arith.subi %j, %c1 : index
        %east = arith.addi %j, %c1 : index
        %uij = memref.load %u[%i, %j] : memref<?x?xf64>
        %laplacian = memref.load %u[%north, %j] : memref<?x?xf64>
        %laplacian.1 = memref.load %u[%south, %j] : memref<?x?xf64>
        %laplacian.2 = arith.addf %laplacian, %laplacian.1 : f64
        %laplacian.3 = memref.load %u[%i, %west] : memref<?x?xf64>
        %laplacian.4 = arith.addf %laplacian.2, %laplacian.3 : f64
        %laplacian.5 = memref.load %u[%i, %east] : memref<?x?xf64>
        %laplacian.6 = arith.addf %laplacian.4, %laplacian.5 : f64
        %laplacian.7 = arith.mulf %four, %uij : f64
        %laplacian.8 = arith.subf %laplacian.6, %laplacian.7 : f64
        %n_new = arith.mulf %c, %laplacian.8 : f64
        %n_new.1 = arith.addf %uij, %n_new : f64
        memref.store %n_new.1, %next[%i, %j] : memref<?x?xf64>
      }
      scf.reduce
    }
    scf.yield %next, %u : memref<?x?xf64>, memref<?x?xf64>
  }
  %sum.1 = scf.for %i.1 = %c0 to %n step %c1 iter_args(%sum = %zero) -> f64 {
    %sum.3 = scf.for %j.1 = %c0 to %n step %c1 iter_args(%sum.2 = %sum) -> f64 {
      %difference = memref.load %r#0[%i.1, %j.1] : memref<?x?xf64>
      %difference.1 = memref.load %target[%i.1, %j.1] : memref<?x?xf64>
      %difference.2 = arith.subf %difference, %difference.1 : f64
      %sum.4 = arith.mulf %difference.2, %difference.2 : f64
      %sum.5 = arith.addf %sum.2, %sum.4 : f64
      scf.yield %sum.5 : f64
    }
    scf.yield %sum.3 : f64
  }
  %j.2 = arith.mulf %half, %sum.1 : f64
  %j.3 = arith.muli %n, %n : index
  %j.4 = arith.index_cast %j.3 : index to i64
  %j.5 = arith.sitofp %j.4 : i64 to f64
  %j.6 = arith.divf %j.2, %j.5 : f64
  memref.dealloc %even : memref<?x?xf64>
  memref.dealloc %odd : memref<?x?xf64>
  return %j.6 : f64
}

func.func @stencil2d_gradient(%u0: memref<?x?xf64> {llvm.noalias}, %u0_bar: memref<?x?xf64> {llvm.noalias},
    %target: memref<?x?xf64> {llvm.noalias}, %steps: index, %c: f64) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @stencil2d(%u0, %u0_bar, %target, %steps, %c, %one) args [dup, const, const, const]
    results [active_noneed]
    : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, index, f64, f64) -> ()
  return
}
