// The heat equation with an active coefficient field: explicit steps between two buffers that take turns.
//
//   interior:  u <- u + k (u_north + u_south + u_west + u_east - 4 u)        (the rim keeps u0)
//   J = 1/2 sum (u_T - target)^2 / N^2
//
//   autodiff-run benches/programs/heat2d.mlir --entry heat2d --arg rand:16x16:1 --arg rand:16x16:2 --arg rand:16x16:3 \
//     --arg 5 --activity dup,dup,const,const --mode vjp
func.func @heat2d(%k: memref<?x?xf64> {llvm.noalias}, %u0: memref<?x?xf64> {llvm.noalias},
    %target: memref<?x?xf64> {llvm.noalias}, %steps: index) -> f64 {
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
  %final:2 = scf.for %t = %c0 to %steps step %c1 iter_args(%u = %even, %next = %odd)
      -> (memref<?x?xf64>, memref<?x?xf64>) {
    scf.parallel (%i) = (%c1) to (%last) step (%c1) {
      %north = arith.subi %i, %c1 : index
      %south = arith.addi %i, %c1 : index
      scf.for %j = %c1 to %last step %c1 {
        %west = arith.subi %j, %c1 : index
        %east = arith.addi %j, %c1 : index
        %kij = memref.load %k[%i, %j] : memref<?x?xf64>
        %uij = memref.load %u[%i, %j] : memref<?x?xf64>
        %un = memref.load %u[%north, %j] : memref<?x?xf64>
        %us = memref.load %u[%south, %j] : memref<?x?xf64>
        %uw = memref.load %u[%i, %west] : memref<?x?xf64>
        %ue = memref.load %u[%i, %east] : memref<?x?xf64>
        %a = arith.addf %un, %us : f64
        %b = arith.addf %a, %uw : f64
        %c = arith.addf %b, %ue : f64
        %d = arith.mulf %four, %uij : f64
        %laplacian = arith.subf %c, %d : f64
        %change = arith.mulf %kij, %laplacian : f64
        %v = arith.addf %uij, %change : f64
        memref.store %v, %next[%i, %j] : memref<?x?xf64>
      }
      scf.reduce
    }
    scf.yield %next, %u : memref<?x?xf64>, memref<?x?xf64>
  }
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%row = %zero) -> f64 {
    %inner = scf.for %j = %c0 to %n step %c1 iter_args(%s = %row) -> f64 {
      %uij = memref.load %final#0[%i, %j] : memref<?x?xf64>
      %tij = memref.load %target[%i, %j] : memref<?x?xf64>
      %difference = arith.subf %uij, %tij : f64
      %square = arith.mulf %difference, %difference : f64
      %next = arith.addf %s, %square : f64
      scf.yield %next : f64
    }
    scf.yield %inner : f64
  }
  memref.dealloc %even : memref<?x?xf64>
  memref.dealloc %odd : memref<?x?xf64>
  %cells = arith.muli %n, %n : index
  %count = arith.index_cast %cells : index to i64
  %size = arith.sitofp %count : i64 to f64
  %halved = arith.mulf %half, %sum : f64
  %j = arith.divf %halved, %size : f64
  return %j : f64
}

func.func @heat2d_gradient(%k: memref<?x?xf64> {llvm.noalias}, %k_bar: memref<?x?xf64> {llvm.noalias},
    %u0: memref<?x?xf64> {llvm.noalias}, %u0_bar: memref<?x?xf64> {llvm.noalias},
    %target: memref<?x?xf64> {llvm.noalias}, %steps: index) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @heat2d(%k, %k_bar, %u0, %u0_bar, %target, %steps, %one) args [dup, dup, const, const]
    results [active_noneed] : (memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>,
      index, f64) -> ()
  return
}
