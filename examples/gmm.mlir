// The log-likelihood of a Gaussian mixture model with a Wishart prior (ADBench's first program), as people write it:
// sizes at run time, triangular loops, buffers that are used again for every point.
//
//   J = cst + sum_i lse_k(alpha_k + sq_k - 1/2 |Q_k (x_i - mu_k)|^2) - n lse(alpha) + prior
//   lse(v) = max v + log sum exp(v - max v)
//   prior  = sum_k 1/2 (sum_j Qdiag_kj^2 + sum_{j >= d} icf_kj^2)          (gamma = 1, m = 0)
//
// Q_k is lower triangular: its diagonal is exp(icf[k][0..d]), what is below stands in icf[k][d..], column by column;
// sq_k is the sum of icf[k][0..d]. `cst` depends on the sizes only.
//
//   autodiff-run examples/gmm.mlir --entry gmm --arg rand:5:1 --arg rand:5x3:2 --arg rand:5x6:3 --arg rand:40x3:4 \
//     --arg 0 --activity dup,dup,dup,const,const --mode vjp

// lse(v)
func.func private @log_sum_exp(%v: memref<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %lowest = arith.constant 0xFFF0000000000000 : f64
  %n = memref.dim %v, %c0 : memref<?xf64>
  %max = scf.for %k = %c0 to %n step %c1 iter_args(%m = %lowest) -> f64 {
    %x = memref.load %v[%k] : memref<?xf64>
    %larger = arith.maximumf %m, %x : f64
    scf.yield %larger : f64
  }
  %sum = scf.for %k = %c0 to %n step %c1 iter_args(%s = %zero) -> f64 {
    %x = memref.load %v[%k] : memref<?xf64>
    %d = arith.subf %x, %max : f64
    %e = math.exp %d : f64
    %t = arith.addf %s, %e : f64
    scf.yield %t : f64
  }
  %log = math.log %sum : f64
  %lse = arith.addf %max, %log : f64
  return %lse : f64
}

func.func @gmm(%alpha: memref<?xf64>, %mu: memref<?x?xf64>, %icf: memref<?x?xf64>, %x: memref<?x?xf64>, %cst: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %components = memref.dim %mu, %c0 : memref<?x?xf64>
  %d = memref.dim %mu, %c1 : memref<?x?xf64>
  %points = memref.dim %x, %c0 : memref<?x?xf64>
  %ic = memref.dim %icf, %c1 : memref<?x?xf64>

  // The diagonals, alpha_k + sq_k, and the prior.
  %diagonal = memref.alloc(%components, %d) : memref<?x?xf64>
  %weight = memref.alloc(%components) : memref<?xf64>
  %prior = scf.for %k = %c0 to %components step %c1 iter_args(%p = %zero) -> f64 {
    %a = memref.load %alpha[%k] : memref<?xf64>
    %diag:2 = scf.for %j = %c0 to %d step %c1 iter_args(%s = %a, %q = %p) -> (f64, f64) {
      %l = memref.load %icf[%k, %j] : memref<?x?xf64>
      %e = math.exp %l : f64
      memref.store %e, %diagonal[%k, %j] : memref<?x?xf64>
      %sum = arith.addf %s, %l : f64
      %ee = arith.mulf %e, %e : f64
      %squares = arith.addf %q, %ee : f64
      scf.yield %sum, %squares : f64, f64
    }
    memref.store %diag#0, %weight[%k] : memref<?xf64>
    %rest = scf.for %j = %d to %ic step %c1 iter_args(%q = %diag#1) -> f64 {
      %l = memref.load %icf[%k, %j] : memref<?x?xf64>
      %ll = arith.mulf %l, %l : f64
      %squares = arith.addf %q, %ll : f64
      scf.yield %squares : f64
    }
    scf.yield %rest : f64
  }

  // The points.
  %terms = memref.alloc(%components) : memref<?xf64>
  %twice_d = arith.muli %d, %c2 : index
  %likelihood = scf.for %i = %c0 to %points step %c1 iter_args(%total = %zero) -> f64 {
    scf.for %k = %c0 to %components step %c1 {
      %norm = scf.for %r = %c0 to %d step %c1 iter_args(%s = %zero) -> f64 {
        %xr = memref.load %x[%i, %r] : memref<?x?xf64>
        %mr = memref.load %mu[%k, %r] : memref<?x?xf64>
        %yr = arith.subf %xr, %mr : f64
        %qr = memref.load %diagonal[%k, %r] : memref<?x?xf64>
        %first = arith.mulf %qr, %yr : f64
        %row = scf.for %c = %c0 to %r step %c1 iter_args(%t = %first) -> f64 {
          %xc = memref.load %x[%i, %c] : memref<?x?xf64>
          %mc = memref.load %mu[%k, %c] : memref<?x?xf64>
          %yc = arith.subf %xc, %mc : f64
          // Column c starts at d + c (2 d - c - 1) / 2, with the row c + 1.
          %a = arith.subi %twice_d, %c : index
          %b = arith.subi %a, %c1 : index
          %e = arith.muli %c, %b : index
          %f = arith.divui %e, %c2 : index
          %below = arith.subi %r, %c : index
          %offset = arith.subi %below, %c1 : index
          %g = arith.addi %f, %offset : index
          %position = arith.addi %g, %d : index
          %l = memref.load %icf[%k, %position] : memref<?x?xf64>
          %ly = arith.mulf %l, %yc : f64
          %next = arith.addf %t, %ly : f64
          scf.yield %next : f64
        }
        %square = arith.mulf %row, %row : f64
        %next = arith.addf %s, %square : f64
        scf.yield %next : f64
      }
      %w = memref.load %weight[%k] : memref<?xf64>
      %h = arith.mulf %half, %norm : f64
      %term = arith.subf %w, %h : f64
      memref.store %term, %terms[%k] : memref<?xf64>
    }
    %lse = func.call @log_sum_exp(%terms) : (memref<?xf64>) -> f64
    %next = arith.addf %total, %lse : f64
    scf.yield %next : f64
  }

  %lse = func.call @log_sum_exp(%alpha) : (memref<?xf64>) -> f64
  %count = arith.index_cast %points : index to i64
  %n = arith.sitofp %count : i64 to f64
  %normaliser = arith.mulf %n, %lse : f64
  %halved = arith.mulf %half, %prior : f64
  %p = arith.addf %cst, %likelihood : f64
  %q = arith.subf %p, %normaliser : f64
  %y = arith.addf %q, %halved : f64
  memref.dealloc %terms : memref<?xf64>
  memref.dealloc %weight : memref<?xf64>
  memref.dealloc %diagonal : memref<?x?xf64>
  return %y : f64
}
