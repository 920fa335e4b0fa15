// The log-likelihood of a Gaussian mixture model with a Wishart prior (ADBench's first program), in the order of the C
// program: column by column of the triangular matrices, so that inner loops run through memory.
//
//   J = cst + sum_i lse_k(alpha_k + sq_k - 1/2 |Q_k (x_i - mu_k)|^2) - n lse(alpha) + prior
//   lse(v) = max v + log sum exp(v - max v)                     (which does not depend on what is subtracted: max v)
//   prior  = sum_k 1/2 (sum_j Qdiag_kj^2 + sum_{j >= d} icf_kj^2)                            (gamma = 1, m = 0)
//
// Q_k is lower triangular: its diagonal is exp(icf[k][0..d]), what is below stands in icf[k][d..], column by column;
// sq_k is the sum of icf[k][0..d]. 'cst' depends on the sizes only.
//
//   autodiff-run benches/programs/gmm.mlir --entry gmm --arg rand:5:1 --arg rand:5x3:2 --arg rand:5x6:3 \
//     --arg rand:40x3:4 --arg 0 --activity dup,dup,dup,const,const --mode vjp
func.func private @lse(%v: memref<?xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %v, %c0 : memref<?xf64>
  %first = memref.load %v[%c0] : memref<?xf64>
  %most.1 = scf.for %k = %c1 to %n step %c1 iter_args(%most = %first) -> f64 {
    %x = memref.load %v[%k] : memref<?xf64>
    %most.2 = arith.cmpf ogt, %x, %most : f64
    %most.3 = arith.select %most.2, %x, %most : f64
    scf.yield %most.3 : f64
  }
  %top = autodiff.stop_gradient %most.1 : f64
  %s.1 = scf.for %k.1 = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %s.2 = memref.load %v[%k.1] : memref<?xf64>
    %s.3 = arith.subf %s.2, %top : f64
    %s.4 = math.exp %s.3 : f64
    %s.5 = arith.addf %s, %s.4 : f64
    scf.yield %s.5 : f64
  }
  %j = math.log %s.1 : f64
  %j.1 = arith.addf %j, %top : f64
  return %j.1 : f64
}

func.func @gmm(%alpha: memref<?xf64> {llvm.noalias}, %mu: memref<?x?xf64> {llvm.noalias},
    %icf: memref<?x?xf64> {llvm.noalias}, %x: memref<?x?xf64> {llvm.noalias}, %cst: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %K = memref.dim %mu, %c0 : memref<?x?xf64>
  %d = memref.dim %mu, %c1 : memref<?x?xf64>
  %n = memref.dim %x, %c0 : memref<?x?xf64>
  %ic = memref.dim %icf, %c1 : memref<?x?xf64>
  %Qd = memref.alloc(%K, %d) : memref<?x?xf64>
  %sq = memref.alloc(%K) : memref<?xf64>
  %prior.1 = scf.for %k = %c0 to %K step %c1 iter_args(%prior = %zero) -> f64 {
    %r:2 = scf.for %j = %c0 to %d step %c1 iter_args(%s = %zero, %p = %zero) -> (f64, f64) {
      %l = memref.load %icf[%k, %j] : memref<?x?xf64>
      %s.1 = arith.addf %s, %l : f64
      %q = math.exp %l : f64
      memref.store %q, %Qd[%k, %j] : memref<?x?xf64>
      %p.1 = arith.mulf %q, %q : f64
      %p.2 = arith.addf %p, %p.1 : f64
      scf.yield %s.1, %p.2 : f64, f64
    }
    memref.store %r#0, %sq[%k] : memref<?xf64>
    %p.4 = scf.for %j.1 = %d to %ic step %c1 iter_args(%p.3 = %r#1) -> f64 {
      %l.1 = memref.load %icf[%k, %j.1] : memref<?x?xf64>
      %p.5 = arith.mulf %l.1, %l.1 : f64
      %p.6 = arith.addf %p.3, %p.5 : f64
      scf.yield %p.6 : f64
    }
    %prior.2 = arith.mulf %half, %p.4 : f64
    %prior.3 = arith.addf %prior, %prior.2 : f64
    scf.yield %prior.3 : f64
  }
  %total.1 = scf.for %i = %c0 to %n step %c1 iter_args(%total = %zero) -> f64 {
    %mt = memref.alloc(%K) : memref<?xf64>
    %xc = memref.alloc(%d) : memref<?xf64>
    %qx = memref.alloc(%d) : memref<?xf64>
    scf.for %k.1 = %c0 to %K step %c1 {
      scf.for %j.2 = %c0 to %d step %c1 {
        %v = memref.load %x[%i, %j.2] : memref<?x?xf64>
        %v.1 = memref.load %mu[%k.1, %j.2] : memref<?x?xf64>
        %v.2 = arith.subf %v, %v.1 : f64
        memref.store %v.2, %xc[%j.2] : memref<?xf64>
        %q_new = memref.load %Qd[%k.1, %j.2] : memref<?x?xf64>
        %q_new.1 = arith.mulf %q_new, %v.2 : f64
        memref.store %q_new.1, %qx[%j.2] : memref<?xf64>
      }
      scf.for %c = %c0 to %d step %c1 {
        %v.3 = memref.load %xc[%c] : memref<?xf64>
        // Column c has the rows c + 1 to d and starts at d + c (2 d - c - 1) / 2.
        %row = arith.addi %c, %c1 : index
        %start = arith.muli %c2, %d : index
        %start.1 = arith.subi %start, %c : index
        %start.2 = arith.subi %start.1, %c1 : index
        %start.3 = arith.muli %c, %start.2 : index
        %start.4 = arith.divui %start.3, %c2 : index
        %start.5 = arith.addi %d, %start.4 : index
        %start.6 = arith.subi %start.5, %row : index
        scf.for %r.1 = %row to %d step %c1 {
          %q_new.2 = memref.load %qx[%r.1] : memref<?xf64>
          %at = arith.addi %start.6, %r.1 : index
          %q_new.3 = memref.load %icf[%k.1, %at] : memref<?x?xf64>
          %q_new.4 = arith.mulf %q_new.3, %v.3 : f64
          %q_new.5 = arith.addf %q_new.2, %q_new.4 : f64
          memref.store %q_new.5, %qx[%r.1] : memref<?xf64>
        }
      }
      %nrm.1 = scf.for %j.3 = %c0 to %d step %c1 iter_args(%nrm = %zero) -> f64 {
        %q.1 = memref.load %qx[%j.3] : memref<?xf64>
        %nrm.2 = arith.mulf %q.1, %q.1 : f64
        %nrm.3 = arith.addf %nrm, %nrm.2 : f64
        scf.yield %nrm.3 : f64
      }
      %m_new = memref.load %alpha[%k.1] : memref<?xf64>
      %m_new.1 = memref.load %sq[%k.1] : memref<?xf64>
      %m_new.2 = arith.addf %m_new, %m_new.1 : f64
      %m_new.3 = arith.mulf %half, %nrm.1 : f64
      %m_new.4 = arith.subf %m_new.2, %m_new.3 : f64
      memref.store %m_new.4, %mt[%k.1] : memref<?xf64>
    }
    %total.2 = func.call @lse(%mt) : (memref<?xf64>) -> f64
    %total.3 = arith.addf %total, %total.2 : f64
    memref.dealloc %qx : memref<?xf64>
    memref.dealloc %xc : memref<?xf64>
    memref.dealloc %mt : memref<?xf64>
    scf.yield %total.3 : f64
  }
  %j.4 = arith.addf %cst, %total.1 : f64
  %j.5 = arith.index_cast %n : index to i64
  %j.6 = arith.sitofp %j.5 : i64 to f64
  %j.7 = func.call @lse(%alpha) : (memref<?xf64>) -> f64
  %j.8 = arith.mulf %j.6, %j.7 : f64
  %j.9 = arith.subf %j.4, %j.8 : f64
  %j.10 = arith.addf %j.9, %prior.1 : f64
  memref.dealloc %sq : memref<?xf64>
  memref.dealloc %Qd : memref<?x?xf64>
  return %j.10 : f64
}

func.func @gmm_gradient(%alpha: memref<?xf64> {llvm.noalias}, %alpha_bar: memref<?xf64> {llvm.noalias},
    %mu: memref<?x?xf64> {llvm.noalias}, %mu_bar: memref<?x?xf64> {llvm.noalias},
    %icf: memref<?x?xf64> {llvm.noalias}, %icf_bar: memref<?x?xf64> {llvm.noalias},
    %x: memref<?x?xf64> {llvm.noalias}, %cst: f64) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @gmm(%alpha, %alpha_bar, %mu, %mu_bar, %icf, %icf_bar, %x, %cst, %one) args [dup, dup, dup, const,
    const] results [active_noneed]
    : (memref<?xf64>, memref<?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>,
      memref<?x?xf64>, f64, f64) -> ()
  return
}
