// Macroscopic cross sections: for each lookup, the nuclides of a material, a bisection in the energy grid of each, and
// a linear interpolation of five reactions (after XSBench).
//
//   J = 1/(2L) sum macro^2
//
// e[nuclide][point] increasing, xs[nuclide][point][5], conc[material][slot], count[material], nuclides[material][slot],
// energy[lookup], material[lookup].
//
//   autodiff-run benches/programs/xs.mlir --entry xs --arg rand:8x5:1 --arg rand:8x5x5:2 --arg rand:8x3:3 \
//     --arg rand:8:4 --arg rand:8x8:5 --arg rand:6:6 --arg rand:6:7 \
//     --activity const,dup,dup,const,const,dup,const --mode vjp
func.func @xs(%e: memref<?x?xf64> {llvm.noalias}, %xs: memref<?x?x5xf64> {llvm.noalias},
    %conc: memref<?x?xf64> {llvm.noalias}, %count: memref<?xi32> {llvm.noalias},
    %nuclides: memref<?x?xi32> {llvm.noalias}, %energy: memref<?xf64> {llvm.noalias},
    %material: memref<?xi32> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %points = memref.dim %e, %c1 : memref<?x?xf64>
  %lookups = memref.dim %energy, %c0 : memref<?xf64>
  %end = arith.subi %points, %c1 : index
  %sum.1 = scf.parallel (%l) = (%c0) to (%lookups) step (%c1) init (%zero) -> f64 {
    %mat = memref.load %material[%l] : memref<?xi32>
    %mat.1 = arith.index_cast %mat : i32 to index
    %here = memref.load %energy[%l] : memref<?xf64>
    %slots = memref.load %count[%mat.1] : memref<?xi32>
    %slots.1 = arith.index_cast %slots : i32 to index
    %r:5 = scf.for %p = %c0 to %slots.1 step %c1 iter_args(%m0 = %zero, %m1 = %zero, %m2 = %zero, %m3 = %zero,
        %m4 = %zero) -> (f64, f64, f64, f64, f64) {
      %id = memref.load %nuclides[%mat.1, %p] : memref<?x?xi32>
      %id.1 = arith.index_cast %id : i32 to index
      %r.1:2 = scf.while (%lo = %c0, %hi = %end) : (index, index) -> (index, index) {
        %more = arith.subi %hi, %lo : index
        %more.1 = arith.cmpi sgt, %more, %c1 : index
        scf.condition(%more.1) %lo, %hi : index, index
      } do {
      ^body(%lo.1: index, %hi.1: index):
        %mid = arith.subi %hi.1, %lo.1 : index
        %mid.1 = arith.divui %mid, %c2 : index
        %mid.2 = arith.addi %lo.1, %mid.1 : index
        %larger = memref.load %e[%id.1, %mid.2] : memref<?x?xf64>
        %larger.1 = arith.cmpf ogt, %larger, %here : f64
        %lo.2 = arith.select %larger.1, %lo.1, %mid.2 : index
        %hi.2 = arith.select %larger.1, %mid.2, %hi.1 : index
        scf.yield %lo.2, %hi.2 : index, index
      }
      %up = arith.addi %r.1#0, %c1 : index
      %above = memref.load %e[%id.1, %up] : memref<?x?xf64>
      %f = arith.subf %above, %here : f64
      %f.1 = memref.load %e[%id.1, %r.1#0] : memref<?x?xf64>
      %f.2 = arith.subf %above, %f.1 : f64
      %f.3 = arith.divf %f, %f.2 : f64
      %c = memref.load %conc[%mat.1, %p] : memref<?x?xf64>
      %b0 = memref.load %xs[%id.1, %up, %c0] : memref<?x?x5xf64>
      %b1 = memref.load %xs[%id.1, %up, %c1] : memref<?x?x5xf64>
      %b2 = memref.load %xs[%id.1, %up, %c2] : memref<?x?x5xf64>
      %b3 = memref.load %xs[%id.1, %up, %c3] : memref<?x?x5xf64>
      %b4 = memref.load %xs[%id.1, %up, %c4] : memref<?x?x5xf64>
      %m0.1 = memref.load %xs[%id.1, %r.1#0, %c0] : memref<?x?x5xf64>
      %m0.2 = arith.subf %b0, %m0.1 : f64
      %m0.3 = arith.mulf %f.3, %m0.2 : f64
      %m0.4 = arith.subf %b0, %m0.3 : f64
      %m0.5 = arith.mulf %c, %m0.4 : f64
      %m0.6 = arith.addf %m0, %m0.5 : f64
      %m1.1 = memref.load %xs[%id.1, %r.1#0, %c1] : memref<?x?x5xf64>
      %m1.2 = arith.subf %b1, %m1.1 : f64
      %m1.3 = arith.mulf %f.3, %m1.2 : f64
      %m1.4 = arith.subf %b1, %m1.3 : f64
      %m1.5 = arith.mulf %c, %m1.4 : f64
      %m1.6 = arith.addf %m1, %m1.5 : f64
      %m2.1 = memref.load %xs[%id.1, %r.1#0, %c2] : memref<?x?x5xf64>
      %m2.2 = arith.subf %b2, %m2.1 : f64
      %m2.3 = arith.mulf %f.3, %m2.2 : f64
      %m2.4 = arith.subf %b2, %m2.3 : f64
      %m2.5 = arith.mulf %c, %m2.4 : f64
      %m2.6 = arith.addf %m2, %m2.5 : f64
      %m3.1 = memref.load %xs[%id.1, %r.1#0, %c3] : memref<?x?x5xf64>
      %m3.2 = arith.subf %b3, %m3.1 : f64
      %m3.3 = arith.mulf %f.3, %m3.2 : f64
      %m3.4 = arith.subf %b3, %m3.3 : f64
      %m3.5 = arith.mulf %c, %m3.4 : f64
      %m3.6 = arith.addf %m3, %m3.5 : f64
      %m4.1 = memref.load %xs[%id.1, %r.1#0, %c4] : memref<?x?x5xf64>
      %m4.2 = arith.subf %b4, %m4.1 : f64
      %m4.3 = arith.mulf %f.3, %m4.2 : f64
      %m4.4 = arith.subf %b4, %m4.3 : f64
      %m4.5 = arith.mulf %c, %m4.4 : f64
      %m4.6 = arith.addf %m4, %m4.5 : f64
      scf.yield %m0.6, %m1.6, %m2.6, %m3.6, %m4.6 : f64, f64, f64, f64, f64
    }
    %sum.2 = arith.mulf %r#0, %r#0 : f64
    %sum.3 = arith.mulf %r#1, %r#1 : f64
    %sum.4 = arith.addf %sum.2, %sum.3 : f64
    %sum.5 = arith.mulf %r#2, %r#2 : f64
    %sum.6 = arith.addf %sum.4, %sum.5 : f64
    %sum.7 = arith.mulf %r#3, %r#3 : f64
    %sum.8 = arith.addf %sum.6, %sum.7 : f64
    %sum.9 = arith.mulf %r#4, %r#4 : f64
    %sum.10 = arith.addf %sum.8, %sum.9 : f64
    scf.reduce(%sum.10 : f64) {
    ^bb0(%sum.one: f64, %sum.two: f64):
      %sum.both = arith.addf %sum.one, %sum.two : f64
      scf.reduce.return %sum.both : f64
    }
  }
  %j = arith.mulf %half, %sum.1 : f64
  %j.1 = arith.index_cast %lookups : index to i64
  %j.2 = arith.sitofp %j.1 : i64 to f64
  %j.3 = arith.divf %j, %j.2 : f64
  return %j.3 : f64
}

func.func @xs_gradient(%e: memref<?x?xf64> {llvm.noalias}, %xs: memref<?x?x5xf64> {llvm.noalias},
    %xs_bar: memref<?x?x5xf64> {llvm.noalias}, %conc: memref<?x?xf64> {llvm.noalias},
    %conc_bar: memref<?x?xf64> {llvm.noalias}, %count: memref<?xi32> {llvm.noalias},
    %nuclides: memref<?x?xi32> {llvm.noalias}, %energy: memref<?xf64> {llvm.noalias},
    %energy_bar: memref<?xf64> {llvm.noalias}, %material: memref<?xi32> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @xs(%e, %xs, %xs_bar, %conc, %conc_bar, %count, %nuclides, %energy, %energy_bar, %material, %one)
    args [const, dup, dup, const, const, dup, const] results [active_noneed]
    : (memref<?x?xf64>, memref<?x?x5xf64>, memref<?x?x5xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?xi32>,
      memref<?x?xi32>, memref<?xf64>, memref<?xf64>, memref<?xi32>, f64) -> ()
  return
}
