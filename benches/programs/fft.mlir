// A radix-2 Fourier transform, decimation in time: a copy in bit-reversed order, then passes of butterflies in place.
//
//   J = 1/2 sum_k w_k |Y_k|^2
//
// x[n][re, im], rev[n]: bit reversal, tw[n/2][2]: cosine and sine of -2 pi k/n.
//
//   autodiff-run benches/programs/fft.mlir --entry fft --arg rand:2x2:1 --arg zeros:2 --arg rand:1x2:2 --arg rand:2:3 \
//     --activity dup,const,const,const --mode vjp
func.func @fft(%x: memref<?x2xf64> {llvm.noalias}, %rev: memref<?xi32> {llvm.noalias},
    %tw: memref<?x2xf64> {llvm.noalias}, %w: memref<?xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %n = memref.dim %x, %c0 : memref<?x2xf64>
  %a = memref.alloc(%n) : memref<?x2xf64>
  scf.for %i = %c0 to %n step %c1 {
    %from_ = memref.load %rev[%i] : memref<?xi32>
    %from_.1 = arith.index_cast %from_ : i32 to index
    %a_new = memref.load %x[%from_.1, %c0] : memref<?x2xf64>
    memref.store %a_new, %a[%i, %c0] : memref<?x2xf64>
    %a_new.1 = memref.load %x[%from_.1, %c1] : memref<?x2xf64>
    memref.store %a_new.1, %a[%i, %c1] : memref<?x2xf64>
  }
  %step = arith.divui %n, %c2 : index
  %r:2 = scf.while (%length = %c2, %step.1 = %step) : (index, index) -> (index, index) {
    %more = arith.cmpi sle, %length, %n : index
    scf.condition(%more) %length, %step.1 : index, index
  } do {
  ^body(%length.1: index, %step.2: index):
    %half.1 = arith.divui %length.1, %c2 : index
    scf.for %i.1 = %c0 to %n step %length.1 {
      scf.for %j = %c0 to %half.1 step %c1 {
        %k = arith.muli %j, %step.2 : index
        %wr = memref.load %tw[%k, %c0] : memref<?x2xf64>
        %wi = memref.load %tw[%k, %c1] : memref<?x2xf64>
        %p = arith.addi %i.1, %j : index
        %q = arith.addi %p, %half.1 : index
        %qr = memref.load %a[%q, %c0] : memref<?x2xf64>
        %qi = memref.load %a[%q, %c1] : memref<?x2xf64>
        %vr = arith.mulf %qr, %wr : f64
        %vr.1 = arith.mulf %qi, %wi : f64
        %vr.2 = arith.subf %vr, %vr.1 : f64
        %vi = arith.mulf %qr, %wi : f64
        %vi.1 = arith.mulf %qi, %wr : f64
        %vi.2 = arith.addf %vi, %vi.1 : f64
        %ur = memref.load %a[%p, %c0] : memref<?x2xf64>
        %ui = memref.load %a[%p, %c1] : memref<?x2xf64>
        %a_new.2 = arith.addf %ur, %vr.2 : f64
        memref.store %a_new.2, %a[%p, %c0] : memref<?x2xf64>
        %a_new.3 = arith.addf %ui, %vi.2 : f64
        memref.store %a_new.3, %a[%p, %c1] : memref<?x2xf64>
        %a_new.4 = arith.subf %ur, %vr.2 : f64
        memref.store %a_new.4, %a[%q, %c0] : memref<?x2xf64>
        %a_new.5 = arith.subf %ui, %vi.2 : f64
        memref.store %a_new.5, %a[%q, %c1] : memref<?x2xf64>
      }
    }
    %length.2 = arith.muli %length.1, %c2 : index
    %step.3 = arith.divui %step.2, %c2 : index
    scf.yield %length.2, %step.3 : index, index
  }
  %sum.1 = scf.for %k.1 = %c0 to %n step %c1 iter_args(%sum = %zero) -> f64 {
    %re = memref.load %a[%k.1, %c0] : memref<?x2xf64>
    %im = memref.load %a[%k.1, %c1] : memref<?x2xf64>
    %sum.2 = memref.load %w[%k.1] : memref<?xf64>
    %sum.3 = arith.mulf %half, %sum.2 : f64
    %sum.4 = arith.mulf %re, %re : f64
    %sum.5 = arith.mulf %im, %im : f64
    %sum.6 = arith.addf %sum.4, %sum.5 : f64
    %sum.7 = arith.mulf %sum.3, %sum.6 : f64
    %sum.8 = arith.addf %sum, %sum.7 : f64
    scf.yield %sum.8 : f64
  }
  memref.dealloc %a : memref<?x2xf64>
  return %sum.1 : f64
}

func.func @fft_gradient(%x: memref<?x2xf64> {llvm.noalias}, %x_bar: memref<?x2xf64> {llvm.noalias},
    %rev: memref<?xi32> {llvm.noalias}, %tw: memref<?x2xf64> {llvm.noalias}, %w: memref<?xf64> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @fft(%x, %x_bar, %rev, %tw, %w, %one) args [dup, const, const, const] results [active_noneed]
    : (memref<?x2xf64>, memref<?x2xf64>, memref<?xi32>, memref<?x2xf64>, memref<?xf64>, f64) -> ()
  return
}
