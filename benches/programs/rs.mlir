// Cross sections from poles: for each lookup, the nuclides of a material, four phase factors, and the poles of the
// window that the energy falls in (after RSBench, without broadening).
//
//   J = 1/(2L) sum macro^2
//
// pole[nuclide][window][pole][6]: real and imaginary part of the position and of two residues; lvalue in 0..3;
// window[nuclide][window][3]; radius[nuclide][4]; conc[material][slot]; count[material]; nuclides[material][slot];
// energy[lookup]; material[lookup].
//
//   autodiff-run benches/programs/rs.mlir --entry rs --arg rand:8x5x2x6:1 --arg zeros:8x5x2 --arg rand:8x5x3:3 \
//     --arg rand:8x4:4 --arg rand:8x8:5 --arg rand:8:6 --arg rand:8x8:7 --arg @e.npy --arg rand:4:9 \
//     --activity dup,const,dup,dup,dup,const,const,const,const --mode vjp
func.func @rs(%pole: memref<?x?x?x6xf64> {llvm.noalias}, %lvalue: memref<?x?x?xi32> {llvm.noalias},
    %window: memref<?x?x3xf64> {llvm.noalias}, %radius: memref<?x4xf64> {llvm.noalias},
    %conc: memref<?x?xf64> {llvm.noalias}, %count: memref<?xi32> {llvm.noalias},
    %nuclides: memref<?x?xi32> {llvm.noalias}, %energy: memref<?xf64> {llvm.noalias},
    %material: memref<?xi32> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %two = arith.constant 2.0 : f64
  %three = arith.constant 3.0 : f64
  %f6.0 = arith.constant 6.0 : f64
  %f15.0 = arith.constant 15.0 : f64
  %windows = memref.dim %pole, %c1 : memref<?x?x?x6xf64>
  %poles = memref.dim %pole, %c2 : memref<?x?x?x6xf64>
  %lookups = memref.dim %energy, %c0 : memref<?xf64>
  %end = arith.subi %windows, %c1 : index
  %sum.1 = scf.parallel (%l) = (%c0) to (%lookups) step (%c1) init (%zero) -> f64 {
    %fr = memref.alloc() : memref<4xf64>
    %fi = memref.alloc() : memref<4xf64>
    %here = memref.load %energy[%l] : memref<?xf64>
    %root = math.sqrt %here : f64
    %mat = memref.load %material[%l] : memref<?xi32>
    %mat.1 = arith.index_cast %mat : i32 to index
    %w = arith.index_cast %windows : index to i64
    %w.1 = arith.sitofp %w : i64 to f64
    %w.2 = arith.mulf %here, %w.1 : f64
    %w.3 = arith.fptosi %w.2 : f64 to i64
    %w.4 = arith.index_cast %w.3 : i64 to index
    %w.5 = arith.cmpi sgt, %w.4, %end : index
    %w.6 = arith.select %w.5, %end, %w.4 : index
    %slots = memref.load %count[%mat.1] : memref<?xi32>
    %slots.1 = arith.index_cast %slots : i32 to index
    %r:4 = scf.for %p = %c0 to %slots.1 step %c1 iter_args(%m0 = %zero, %m1 = %zero, %m2 = %zero, %m3 = %zero)
        -> (f64, f64, f64, f64) {
      %id = memref.load %nuclides[%mat.1, %p] : memref<?x?xi32>
      %id.1 = arith.index_cast %id : i32 to index
      // The phase factors exp(-2 i phase).
      %p0 = memref.load %radius[%id.1, %c0] : memref<?x4xf64>
      %p0.1 = arith.mulf %p0, %root : f64
      %t1 = memref.load %radius[%id.1, %c1] : memref<?x4xf64>
      %t1.1 = arith.mulf %t1, %root : f64
      %p1 = math.atan %t1.1 : f64
      %p1.1 = arith.subf %t1.1, %p1 : f64
      %t2 = memref.load %radius[%id.1, %c2] : memref<?x4xf64>
      %t2.1 = arith.mulf %t2, %root : f64
      %p2 = arith.mulf %three, %t2.1 : f64
      %p2.1 = arith.mulf %t2.1, %t2.1 : f64
      %p2.2 = arith.subf %three, %p2.1 : f64
      %p2.3 = arith.divf %p2, %p2.2 : f64
      %p2.4 = math.atan %p2.3 : f64
      %p2.5 = arith.subf %t2.1, %p2.4 : f64
      %t3 = memref.load %radius[%id.1, %c3] : memref<?x4xf64>
      %t3.1 = arith.mulf %t3, %root : f64
      %s3 = arith.mulf %t3.1, %t3.1 : f64
      %p3 = arith.subf %f15.0, %s3 : f64
      %p3.1 = arith.mulf %t3.1, %p3 : f64
      %p3.2 = arith.mulf %f6.0, %s3 : f64
      %p3.3 = arith.subf %f15.0, %p3.2 : f64
      %p3.4 = arith.divf %p3.1, %p3.3 : f64
      %p3.5 = math.atan %p3.4 : f64
      %p3.6 = arith.subf %t3.1, %p3.5 : f64
      %a0 = arith.mulf %two, %p0.1 : f64
      %a1 = arith.mulf %two, %p1.1 : f64
      %a2 = arith.mulf %two, %p2.5 : f64
      %a3 = arith.mulf %two, %p3.6 : f64
      %f_new = math.cos %a0 : f64
      memref.store %f_new, %fr[%c0] : memref<4xf64>
      %f_new.1 = math.sin %a0 : f64
      %f_new.2 = arith.negf %f_new.1 : f64
      memref.store %f_new.2, %fi[%c0] : memref<4xf64>
      %f_new.3 = math.cos %a1 : f64
      memref.store %f_new.3, %fr[%c1] : memref<4xf64>
      %f_new.4 = math.sin %a1 : f64
      %f_new.5 = arith.negf %f_new.4 : f64
      memref.store %f_new.5, %fi[%c1] : memref<4xf64>
      %f_new.6 = math.cos %a2 : f64
      memref.store %f_new.6, %fr[%c2] : memref<4xf64>
      %f_new.7 = math.sin %a2 : f64
      %f_new.8 = arith.negf %f_new.7 : f64
      memref.store %f_new.8, %fi[%c2] : memref<4xf64>
      %f_new.9 = math.cos %a3 : f64
      memref.store %f_new.9, %fr[%c3] : memref<4xf64>
      %f_new.10 = math.sin %a3 : f64
      %f_new.11 = arith.negf %f_new.10 : f64
      memref.store %f_new.11, %fi[%c3] : memref<4xf64>
      %st = memref.load %window[%id.1, %w.6, %c0] : memref<?x?x3xf64>
      %st.1 = arith.mulf %here, %st : f64
      %sa = memref.load %window[%id.1, %w.6, %c1] : memref<?x?x3xf64>
      %sa.1 = arith.mulf %here, %sa : f64
      %sf = memref.load %window[%id.1, %w.6, %c2] : memref<?x?x3xf64>
      %sf.1 = arith.mulf %here, %sf : f64
      %r.1:4 = scf.for %q = %c0 to %poles step %c1 iter_args(%a2.1 = %a2, %a3.1 = %a3, %st.2 = %st.1,
          %sa.2 = %sa.1) -> (f64, f64, f64, f64) {
        %dr = memref.load %pole[%id.1, %w.6, %q, %c0] : memref<?x?x?x6xf64>
        %dr.1 = arith.subf %dr, %root : f64
        %di = memref.load %pole[%id.1, %w.6, %q, %c1] : memref<?x?x?x6xf64>
        %norm = arith.mulf %dr.1, %dr.1 : f64
        %norm.1 = arith.mulf %di, %di : f64
        %norm.2 = arith.addf %norm, %norm.1 : f64
        %norm.3 = arith.mulf %norm.2, %here : f64
        %cr = arith.divf %di, %norm.3 : f64
        %ci = arith.divf %dr.1, %norm.3 : f64
        %lv = memref.load %lvalue[%id.1, %w.6, %q] : memref<?x?x?xi32>
        %lv.1 = arith.index_cast %lv : i32 to index
        %a2.2 = memref.load %pole[%id.1, %w.6, %q, %c2] : memref<?x?x?x6xf64>
        %a3.2 = memref.load %pole[%id.1, %w.6, %q, %c3] : memref<?x?x?x6xf64>
        %tr = arith.mulf %a2.2, %cr : f64
        %tr.1 = arith.mulf %a3.2, %ci : f64
        %tr.2 = arith.subf %tr, %tr.1 : f64
        %ti = arith.mulf %a2.2, %ci : f64
        %ti.1 = arith.mulf %a3.2, %cr : f64
        %ti.2 = arith.addf %ti, %ti.1 : f64
        %st.3 = memref.load %fr[%lv.1] : memref<4xf64>
        %st.4 = arith.mulf %tr.2, %st.3 : f64
        %st.5 = memref.load %fi[%lv.1] : memref<4xf64>
        %st.6 = arith.mulf %ti.2, %st.5 : f64
        %st.7 = arith.subf %st.4, %st.6 : f64
        %st.8 = arith.addf %st.2, %st.7 : f64
        %sa.3 = memref.load %pole[%id.1, %w.6, %q, %c4] : memref<?x?x?x6xf64>
        %sa.4 = arith.mulf %sa.3, %cr : f64
        %sa.5 = memref.load %pole[%id.1, %w.6, %q, %c5] : memref<?x?x?x6xf64>
        %sa.6 = arith.mulf %sa.5, %ci : f64
        %sa.7 = arith.subf %sa.4, %sa.6 : f64
        %sa.8 = arith.addf %sa.2, %sa.7 : f64
        scf.yield %a2.2, %a3.2, %st.8, %sa.8 : f64, f64, f64, f64
      }
      %c = memref.load %conc[%mat.1, %p] : memref<?x?xf64>
      %m0.1 = arith.mulf %c, %r.1#2 : f64
      %m0.2 = arith.addf %m0, %m0.1 : f64
      %m1.1 = arith.mulf %c, %r.1#3 : f64
      %m1.2 = arith.addf %m1, %m1.1 : f64
      %m2.1 = arith.mulf %c, %sf.1 : f64
      %m2.2 = arith.addf %m2, %m2.1 : f64
      %m3.1 = arith.subf %r.1#2, %r.1#3 : f64
      %m3.2 = arith.mulf %c, %m3.1 : f64
      %m3.3 = arith.addf %m3, %m3.2 : f64
      scf.yield %m0.2, %m1.2, %m2.2, %m3.3 : f64, f64, f64, f64
    }
    %sum.2 = arith.mulf %r#0, %r#0 : f64
    %sum.3 = arith.mulf %r#1, %r#1 : f64
    %sum.4 = arith.addf %sum.2, %sum.3 : f64
    %sum.5 = arith.mulf %r#2, %r#2 : f64
    %sum.6 = arith.addf %sum.4, %sum.5 : f64
    %sum.7 = arith.mulf %r#3, %r#3 : f64
    %sum.8 = arith.addf %sum.6, %sum.7 : f64
    memref.dealloc %fr : memref<4xf64>
    memref.dealloc %fi : memref<4xf64>
    scf.reduce(%sum.8 : f64) {
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

func.func @rs_gradient(%pole: memref<?x?x?x6xf64> {llvm.noalias}, %pole_bar: memref<?x?x?x6xf64> {llvm.noalias},
    %lvalue: memref<?x?x?xi32> {llvm.noalias}, %window: memref<?x?x3xf64> {llvm.noalias},
    %window_bar: memref<?x?x3xf64> {llvm.noalias}, %radius: memref<?x4xf64> {llvm.noalias},
    %radius_bar: memref<?x4xf64> {llvm.noalias}, %conc: memref<?x?xf64> {llvm.noalias},
    %conc_bar: memref<?x?xf64> {llvm.noalias}, %count: memref<?xi32> {llvm.noalias},
    %nuclides: memref<?x?xi32> {llvm.noalias}, %energy: memref<?xf64> {llvm.noalias},
    %material: memref<?xi32> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @rs(%pole, %pole_bar, %lvalue, %window, %window_bar, %radius, %radius_bar, %conc, %conc_bar, %count,
    %nuclides, %energy, %material, %one) args [dup, const, dup, dup, dup, const, const, const, const]
    results [active_noneed]
    : (memref<?x?x?x6xf64>, memref<?x?x?x6xf64>, memref<?x?x?xi32>, memref<?x?x3xf64>, memref<?x?x3xf64>,
      memref<?x4xf64>, memref<?x4xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?xi32>, memref<?x?xi32>,
      memref<?xf64>, memref<?xi32>, f64) -> ()
  return
}
