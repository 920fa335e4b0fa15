// One-dimensional hydrodynamics in moving coordinates with artificial viscosity (the skeleton of LULESH): n zones and
// n + 1 nodes, everything updated in place.
//
//   rho_i = m_i / (x_{i+1} - x_i);  p = (gam - 1) rho e;  du = u_{i+1} - u_i
//   q = du < 0 ? rho (c2 du^2 - c1 sqrt(gam p / rho) du) : 0;  s_i = p + q
//   u_i += dt (s_{i-1} - s_i) / ((m_{i-1} + m_i) / 2)    for 0 < i < n
//   x_i += dt u_i                                        for 0 < i < n
//   e_i -= dt s_i (u_{i+1} - u_i) / m_i                  (gam = 1.4, c1 = 0.5, c2 = 2)
//   J = sum m_i e_i^2 + 1/2 sum_i u_i^2 / n
//
//   autodiff-run benches/programs/hydro.mlir --entry hydro --arg @m.npy --arg @x.npy --arg rand:9:3 --arg @e.npy \
//     --arg 2 --arg 1e-3 --activity const,dup,dup,dup,const,const --mode vjp
func.func @hydro(%m: memref<?xf64> {llvm.noalias}, %x0: memref<?xf64> {llvm.noalias},
    %u0: memref<?xf64> {llvm.noalias}, %e0: memref<?xf64> {llvm.noalias}, %steps: index, %dt: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %f0.4 = arith.constant 0.4 : f64
  %half = arith.constant 0.5 : f64
  %f1.4 = arith.constant 1.4 : f64
  %two = arith.constant 2.0 : f64
  %n = memref.dim %m, %c0 : memref<?xf64>
  %nodes = arith.addi %n, %c1 : index
  %x = memref.alloc(%nodes) : memref<?xf64>
  %u = memref.alloc(%nodes) : memref<?xf64>
  %e = memref.alloc(%n) : memref<?xf64>
  %s = memref.alloc(%n) : memref<?xf64>
  memref.copy %x0, %x : memref<?xf64> to memref<?xf64>
  memref.copy %u0, %u : memref<?xf64> to memref<?xf64>
  memref.copy %e0, %e : memref<?xf64> to memref<?xf64>
  memref.store %zero, %u[%c0] : memref<?xf64>
  memref.store %zero, %u[%n] : memref<?xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %i = %c0 to %n step %c1 {
      %i1 = arith.addi %i, %c1 : index
      %rho = memref.load %m[%i] : memref<?xf64>
      %rho.1 = memref.load %x[%i1] : memref<?xf64>
      %rho.2 = memref.load %x[%i] : memref<?xf64>
      %rho.3 = arith.subf %rho.1, %rho.2 : f64
      %rho.4 = arith.divf %rho, %rho.3 : f64
      %p = arith.mulf %f0.4, %rho.4 : f64
      %p.1 = memref.load %e[%i] : memref<?xf64>
      %p.2 = arith.mulf %p, %p.1 : f64
      %du = memref.load %u[%i1] : memref<?xf64>
      %du.1 = memref.load %u[%i] : memref<?xf64>
      %du.2 = arith.subf %du, %du.1 : f64
      %test = arith.cmpf olt, %du.2, %zero : f64
      %q = scf.if %test -> f64 {
        %cs = arith.mulf %f1.4, %p.2 : f64
        %cs.1 = arith.divf %cs, %rho.4 : f64
        %cs.2 = math.sqrt %cs.1 : f64
        %q.1 = arith.mulf %two, %du.2 : f64
        %q.2 = arith.mulf %q.1, %du.2 : f64
        %q.3 = arith.mulf %half, %cs.2 : f64
        %q.4 = arith.mulf %q.3, %du.2 : f64
        %q.5 = arith.subf %q.2, %q.4 : f64
        %q.6 = arith.mulf %rho.4, %q.5 : f64
        scf.yield %q.6 : f64
      } else {
        scf.yield %zero : f64
      }
      %s_new = arith.addf %p.2, %q : f64
      memref.store %s_new, %s[%i] : memref<?xf64>
    }
    scf.for %i.1 = %c1 to %n step %c1 {
      %i0 = arith.subi %i.1, %c1 : index
      %u_new = memref.load %u[%i.1] : memref<?xf64>
      %u_new.1 = memref.load %s[%i0] : memref<?xf64>
      %u_new.2 = memref.load %s[%i.1] : memref<?xf64>
      %u_new.3 = arith.subf %u_new.1, %u_new.2 : f64
      %u_new.4 = arith.mulf %dt, %u_new.3 : f64
      %u_new.5 = memref.load %m[%i0] : memref<?xf64>
      %u_new.6 = memref.load %m[%i.1] : memref<?xf64>
      %u_new.7 = arith.addf %u_new.5, %u_new.6 : f64
      %u_new.8 = arith.mulf %half, %u_new.7 : f64
      %u_new.9 = arith.divf %u_new.4, %u_new.8 : f64
      %u_new.10 = arith.addf %u_new, %u_new.9 : f64
      memref.store %u_new.10, %u[%i.1] : memref<?xf64>
    }
    scf.for %i.2 = %c1 to %n step %c1 {
      %x_new = memref.load %x[%i.2] : memref<?xf64>
      %x_new.1 = memref.load %u[%i.2] : memref<?xf64>
      %x_new.2 = arith.mulf %dt, %x_new.1 : f64
      %x_new.3 = arith.addf %x_new, %x_new.2 : f64
      memref.store %x_new.3, %x[%i.2] : memref<?xf64>
    }
    scf.for %i.3 = %c0 to %n step %c1 {
      %e_new = memref.load %e[%i.3] : memref<?xf64>
      %e_new.1 = memref.load %s[%i.3] : memref<?xf64>
      %e_new.2 = arith.mulf %dt, %e_new.1 : f64
      %at = arith.addi %i.3, %c1 : index
      %e_new.3 = memref.load %u[%at] : memref<?xf64>
      %e_new.4 = memref.load %u[%i.3] : memref<?xf64>
      %e_new.5 = arith.subf %e_new.3, %e_new.4 : f64
      %e_new.6 = arith.mulf %e_new.2, %e_new.5 : f64
      %e_new.7 = memref.load %m[%i.3] : memref<?xf64>
      %e_new.8 = arith.divf %e_new.6, %e_new.7 : f64
      %e_new.9 = arith.subf %e_new, %e_new.8 : f64
      memref.store %e_new.9, %e[%i.3] : memref<?xf64>
    }
  }
  %sum.1 = scf.for %i.4 = %c0 to %n step %c1 iter_args(%sum = %zero) -> f64 {
    %ei = memref.load %e[%i.4] : memref<?xf64>
    %sum.2 = memref.load %m[%i.4] : memref<?xf64>
    %sum.3 = arith.mulf %sum.2, %ei : f64
    %sum.4 = arith.mulf %sum.3, %ei : f64
    %sum.5 = arith.addf %sum, %sum.4 : f64
    scf.yield %sum.5 : f64
  }
  %kinetic.1 = scf.for %i.5 = %c0 to %nodes step %c1 iter_args(%kinetic = %zero) -> f64 {
    %ui = memref.load %u[%i.5] : memref<?xf64>
    %kinetic.2 = arith.mulf %ui, %ui : f64
    %kinetic.3 = arith.addf %kinetic, %kinetic.2 : f64
    scf.yield %kinetic.3 : f64
  }
  %j = arith.mulf %half, %kinetic.1 : f64
  %j.1 = arith.index_cast %n : index to i64
  %j.2 = arith.sitofp %j.1 : i64 to f64
  %j.3 = arith.divf %j, %j.2 : f64
  %j.4 = arith.addf %sum.1, %j.3 : f64
  memref.dealloc %s : memref<?xf64>
  memref.dealloc %e : memref<?xf64>
  memref.dealloc %u : memref<?xf64>
  memref.dealloc %x : memref<?xf64>
  return %j.4 : f64
}

func.func @hydro_gradient(%m: memref<?xf64> {llvm.noalias}, %x0: memref<?xf64> {llvm.noalias},
    %x0_bar: memref<?xf64> {llvm.noalias}, %u0: memref<?xf64> {llvm.noalias}, %u0_bar: memref<?xf64> {llvm.noalias},
    %e0: memref<?xf64> {llvm.noalias}, %e0_bar: memref<?xf64> {llvm.noalias}, %steps: index, %dt: f64) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @hydro(%m, %x0, %x0_bar, %u0, %u0_bar, %e0, %e0_bar, %steps, %dt, %one) args [const, dup, dup, dup,
    const, const] results [active_noneed]
    : (memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>, memref<?xf64>, index,
      f64, f64) -> ()
  return
}
