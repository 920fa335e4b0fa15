// A perceptron of two layers: the mean cross-entropy of its soft maximum over a batch.
//
//   h = tanh(x W1 + b1); y = h W2 + b2; J = mean_i (lse(y_i) - y_i[label_i])
//
//   autodiff-run benches/programs/mlp.mlir --entry mlp --arg rand:5x4:1 --arg zeros:5 --arg rand:4x3:2 --arg rand:3:3 \
//     --arg rand:3x2:4 --arg rand:2:5 --activity const,const,dup,dup,dup,dup --mode vjp
func.func @mlp(%x: memref<?x?xf64> {llvm.noalias}, %labels: memref<?xi32> {llvm.noalias},
    %w1: memref<?x?xf64> {llvm.noalias}, %b1: memref<?xf64> {llvm.noalias}, %w2: memref<?x?xf64> {llvm.noalias},
    %b2: memref<?xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %batch = memref.dim %x, %c0 : memref<?x?xf64>
  %inputs = memref.dim %w1, %c0 : memref<?x?xf64>
  %hidden = memref.dim %w2, %c0 : memref<?x?xf64>
  %outputs = memref.dim %w2, %c1 : memref<?x?xf64>
  %h = memref.alloc(%batch, %hidden) : memref<?x?xf64>
  %y = memref.alloc(%batch, %outputs) : memref<?x?xf64>
  %sum.1 = scf.parallel (%i) = (%c0) to (%batch) step (%c1) init (%zero) -> f64 {
    scf.for %j = %c0 to %hidden step %c1 {
      %h_new = memref.load %b1[%j] : memref<?xf64>
      memref.store %h_new, %h[%i, %j] : memref<?x?xf64>
    }
    scf.for %k = %c0 to %inputs step %c1 {
      %xik = memref.load %x[%i, %k] : memref<?x?xf64>
      scf.for %j.1 = %c0 to %hidden step %c1 {
        %h_new.1 = memref.load %h[%i, %j.1] : memref<?x?xf64>
        %h_new.2 = memref.load %w1[%k, %j.1] : memref<?x?xf64>
        %h_new.3 = arith.mulf %xik, %h_new.2 : f64
        %h_new.4 = arith.addf %h_new.1, %h_new.3 : f64
        memref.store %h_new.4, %h[%i, %j.1] : memref<?x?xf64>
      }
    }
    scf.for %j.2 = %c0 to %hidden step %c1 {
      %h_new.5 = memref.load %h[%i, %j.2] : memref<?x?xf64>
      %h_new.6 = math.tanh %h_new.5 : f64
      memref.store %h_new.6, %h[%i, %j.2] : memref<?x?xf64>
    }
    scf.for %j.3 = %c0 to %outputs step %c1 {
      %y_new = memref.load %b2[%j.3] : memref<?xf64>
      memref.store %y_new, %y[%i, %j.3] : memref<?x?xf64>
    }
    scf.for %k.1 = %c0 to %hidden step %c1 {
      %hik = memref.load %h[%i, %k.1] : memref<?x?xf64>
      scf.for %j.4 = %c0 to %outputs step %c1 {
        %y_new.1 = memref.load %y[%i, %j.4] : memref<?x?xf64>
        %y_new.2 = memref.load %w2[%k.1, %j.4] : memref<?x?xf64>
        %y_new.3 = arith.mulf %hik, %y_new.2 : f64
        %y_new.4 = arith.addf %y_new.1, %y_new.3 : f64
        memref.store %y_new.4, %y[%i, %j.4] : memref<?x?xf64>
      }
    }
    %most = memref.load %y[%i, %c0] : memref<?x?xf64>
    %most.2 = scf.for %j.5 = %c1 to %outputs step %c1 iter_args(%most.1 = %most) -> f64 {
      %yij = memref.load %y[%i, %j.5] : memref<?x?xf64>
      %most.3 = arith.cmpf ogt, %yij, %most.1 : f64
      %most.4 = arith.select %most.3, %yij, %most.1 : f64
      scf.yield %most.4 : f64
    }
    // The logarithm of the sum does not depend on what is subtracted.
    %top = autodiff.stop_gradient %most.2 : f64
    %s.1 = scf.for %j.6 = %c0 to %outputs step %c1 iter_args(%s = %zero) -> f64 {
      %s.2 = memref.load %y[%i, %j.6] : memref<?x?xf64>
      %s.3 = arith.subf %s.2, %top : f64
      %s.4 = math.exp %s.3 : f64
      %s.5 = arith.addf %s, %s.4 : f64
      scf.yield %s.5 : f64
    }
    %label = memref.load %labels[%i] : memref<?xi32>
    %label.1 = arith.index_cast %label : i32 to index
    %sum.2 = math.log %s.1 : f64
    %sum.3 = arith.addf %sum.2, %top : f64
    %sum.4 = memref.load %y[%i, %label.1] : memref<?x?xf64>
    %sum.5 = arith.subf %sum.3, %sum.4 : f64
    scf.reduce(%sum.5 : f64) {
    ^bb0(%sum.one: f64, %sum.two: f64):
      %sum.both = arith.addf %sum.one, %sum.two : f64
      scf.reduce.return %sum.both : f64
    }
  }
  %j.7 = arith.index_cast %batch : index to i64
  %j.8 = arith.sitofp %j.7 : i64 to f64
  %j.9 = arith.divf %sum.1, %j.8 : f64
  memref.dealloc %y : memref<?x?xf64>
  memref.dealloc %h : memref<?x?xf64>
  return %j.9 : f64
}

func.func @mlp_gradient(%x: memref<?x?xf64> {llvm.noalias}, %labels: memref<?xi32> {llvm.noalias},
    %w1: memref<?x?xf64> {llvm.noalias}, %w1_bar: memref<?x?xf64> {llvm.noalias}, %b1: memref<?xf64> {llvm.noalias},
    %b1_bar: memref<?xf64> {llvm.noalias}, %w2: memref<?x?xf64> {llvm.noalias},
    %w2_bar: memref<?x?xf64> {llvm.noalias}, %b2: memref<?xf64> {llvm.noalias}, %b2_bar: memref<?xf64> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @mlp(%x, %labels, %w1, %w1_bar, %b1, %b1_bar, %w2, %w2_bar, %b2, %b2_bar, %one) args [const, const,
    dup, dup, dup, dup] results [active_noneed]
    : (memref<?x?xf64>, memref<?xi32>, memref<?x?xf64>, memref<?x?xf64>, memref<?xf64>, memref<?xf64>,
      memref<?x?xf64>, memref<?x?xf64>, memref<?xf64>, memref<?xf64>, f64) -> ()
  return
}
