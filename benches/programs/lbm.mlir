// Lattice Boltzmann with nine velocities on a periodic grid of fluid and solid cells: collision, halo, streaming.
//
//   fluid: rho = sum f_q; u = sum f_q c_q / rho; cu = 3 c_q u
//          g_q = f_q + (w_q rho (1 + cu + cu^2/2 - 1.5 |u|^2) - f_q) / tau
//   solid: g_q = f_opposite(q)
//   then   f_q[i][j] <- g_q[i - cy_q][j - cx_q]
//   J = 1/2 sum_ij (sum_q cx_q f_q - target_ij)^2
//
//   q:  0 (0, 0), 1 (1, 0), 2 (0, 1), 3 (-1, 0), 4 (0, -1), 5 (1, 1), 6 (-1, 1), 7 (-1, -1), 8 (1, -1)
//
//   autodiff-run benches/programs/lbm.mlir --entry lbm --arg rand:9x6x6:1 --arg 0.8 --arg rand:6x6:2 --arg rand:6x6:3 \
//     --arg 2 --activity dup,active,const,const,const --mode vjp
func.func private @halo(%a: memref<9x?x?xf64> {llvm.noalias}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c9 = arith.constant 9 : index
  %last = arith.addi %n, %c1 : index
  %size = arith.addi %n, %c2 : index
  scf.for %q = %c0 to %c9 step %c1 {
    scf.for %j = %c1 to %last step %c1 {
      %a_new = memref.load %a[%q, %n, %j] : memref<9x?x?xf64>
      memref.store %a_new, %a[%q, %c0, %j] : memref<9x?x?xf64>
      %a_new.1 = memref.load %a[%q, %c1, %j] : memref<9x?x?xf64>
      memref.store %a_new.1, %a[%q, %last, %j] : memref<9x?x?xf64>
    }
    scf.for %i = %c0 to %size step %c1 {
      %a_new.2 = memref.load %a[%q, %i, %n] : memref<9x?x?xf64>
      memref.store %a_new.2, %a[%q, %i, %c0] : memref<9x?x?xf64>
      %a_new.3 = memref.load %a[%q, %i, %c1] : memref<9x?x?xf64>
      memref.store %a_new.3, %a[%q, %i, %last] : memref<9x?x?xf64>
    }
  }
  return
}

func.func @lbm(%f0: memref<9x?x?xf64> {llvm.noalias}, %tau: f64, %solid: memref<?x?xi32> {llvm.noalias},
    %target: memref<?x?xf64> {llvm.noalias}, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c6 = arith.constant 6 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %c9 = arith.constant 9 : index
  %zero = arith.constant 0.0 : f64
  %f0.027777777777777776 = arith.constant 0.027777777777777776 : f64
  %f0.1111111111111111 = arith.constant 0.1111111111111111 : f64
  %f0.4444444444444444 = arith.constant 0.4444444444444444 : f64
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %f1.5 = arith.constant 1.5 : f64
  %three = arith.constant 3.0 : f64
  %i32_0 = arith.constant 0 : i32
  %n = memref.dim %f0, %c1 : memref<9x?x?xf64>
  %last = arith.addi %n, %c1 : index
  %size = arith.addi %n, %c2 : index
  %f = memref.alloc(%size, %size) : memref<9x?x?xf64>
  %g = memref.alloc(%size, %size) : memref<9x?x?xf64>
  %omega = arith.divf %one, %tau : f64
  scf.for %q = %c0 to %c9 step %c1 {
    scf.for %i = %c0 to %n step %c1 {
      %i1 = arith.addi %i, %c1 : index
      scf.for %j = %c0 to %n step %c1 {
        %f_new = memref.load %f0[%q, %i, %j] : memref<9x?x?xf64>
        %at = arith.addi %j, %c1 : index
        memref.store %f_new, %f[%q, %i1, %at] : memref<9x?x?xf64>
      }
    }
  }
  scf.for %t = %c0 to %steps step %c1 {
    scf.parallel (%i.1) = (%c1) to (%last) step (%c1) {
      %i0 = arith.subi %i.1, %c1 : index
      scf.for %j.1 = %c1 to %last step %c1 {
        %at.1 = arith.subi %j.1, %c1 : index
        %wall = memref.load %solid[%i0, %at.1] : memref<?x?xi32>
        %a0 = memref.load %f[%c0, %i.1, %j.1] : memref<9x?x?xf64>
        %a1 = memref.load %f[%c1, %i.1, %j.1] : memref<9x?x?xf64>
        %a2 = memref.load %f[%c2, %i.1, %j.1] : memref<9x?x?xf64>
        %a3 = memref.load %f[%c3, %i.1, %j.1] : memref<9x?x?xf64>
        %a4 = memref.load %f[%c4, %i.1, %j.1] : memref<9x?x?xf64>
        %a5 = memref.load %f[%c5, %i.1, %j.1] : memref<9x?x?xf64>
        %a6 = memref.load %f[%c6, %i.1, %j.1] : memref<9x?x?xf64>
        %a7 = memref.load %f[%c7, %i.1, %j.1] : memref<9x?x?xf64>
        %a8 = memref.load %f[%c8, %i.1, %j.1] : memref<9x?x?xf64>
        %test = arith.cmpi ne, %wall, %i32_0 : i32
        scf.if %test {
          memref.store %a0, %g[%c0, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a3, %g[%c1, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a4, %g[%c2, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a1, %g[%c3, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a2, %g[%c4, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a7, %g[%c5, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a8, %g[%c6, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a5, %g[%c7, %i.1, %j.1] : memref<9x?x?xf64>
          memref.store %a6, %g[%c8, %i.1, %j.1] : memref<9x?x?xf64>
        } else {
          %rho = arith.addf %a0, %a1 : f64
          %rho.1 = arith.addf %rho, %a2 : f64
          %rho.2 = arith.addf %rho.1, %a3 : f64
          %rho.3 = arith.addf %rho.2, %a4 : f64
          %rho.4 = arith.addf %rho.3, %a5 : f64
          %rho.5 = arith.addf %rho.4, %a6 : f64
          %rho.6 = arith.addf %rho.5, %a7 : f64
          %rho.7 = arith.addf %rho.6, %a8 : f64
          %ux = arith.addf %a1, %a5 : f64
          %ux.1 = arith.addf %ux, %a8 : f64
          %ux.2 = arith.subf %ux.1, %a3 : f64
          %ux.3 = arith.subf %ux.2, %a6 : f64
          %ux.4 = arith.subf %ux.3, %a7 : f64
          %ux.5 = arith.divf %ux.4, %rho.7 : f64
          %uy = arith.addf %a2, %a5 : f64
          %uy.1 = arith.addf %uy, %a6 : f64
          %uy.2 = arith.subf %uy.1, %a4 : f64
          %uy.3 = arith.subf %uy.2, %a7 : f64
          %uy.4 = arith.subf %uy.3, %a8 : f64
          %uy.5 = arith.divf %uy.4, %rho.7 : f64
          %usq = arith.mulf %ux.5, %ux.5 : f64
          %usq.1 = arith.mulf %uy.5, %uy.5 : f64
          %usq.2 = arith.addf %usq, %usq.1 : f64
          %usq.3 = arith.mulf %f1.5, %usq.2 : f64
          %eq0 = arith.mulf %f0.4444444444444444, %rho.7 : f64
          %eq0.1 = arith.subf %one, %usq.3 : f64
          %eq0.2 = arith.mulf %eq0, %eq0.1 : f64
          %g_new = arith.subf %eq0.2, %a0 : f64
          %g_new.1 = arith.mulf %omega, %g_new : f64
          %g_new.2 = arith.addf %a0, %g_new.1 : f64
          memref.store %g_new.2, %g[%c0, %i.1, %j.1] : memref<9x?x?xf64>
          %c1.1 = arith.mulf %three, %ux.5 : f64
          %eq1 = arith.mulf %f0.1111111111111111, %rho.7 : f64
          %eq1.1 = arith.addf %one, %c1.1 : f64
          %eq1.2 = arith.mulf %half, %c1.1 : f64
          %eq1.3 = arith.mulf %eq1.2, %c1.1 : f64
          %eq1.4 = arith.addf %eq1.1, %eq1.3 : f64
          %eq1.5 = arith.subf %eq1.4, %usq.3 : f64
          %eq1.6 = arith.mulf %eq1, %eq1.5 : f64
          %g_new.3 = arith.subf %eq1.6, %a1 : f64
          %g_new.4 = arith.mulf %omega, %g_new.3 : f64
          %g_new.5 = arith.addf %a1, %g_new.4 : f64
          memref.store %g_new.5, %g[%c1, %i.1, %j.1] : memref<9x?x?xf64>
          %c2.1 = arith.mulf %three, %uy.5 : f64
          %eq2 = arith.mulf %f0.1111111111111111, %rho.7 : f64
          %eq2.1 = arith.addf %one, %c2.1 : f64
          %eq2.2 = arith.mulf %half, %c2.1 : f64
          %eq2.3 = arith.mulf %eq2.2, %c2.1 : f64
          %eq2.4 = arith.addf %eq2.1, %eq2.3 : f64
          %eq2.5 = arith.subf %eq2.4, %usq.3 : f64
          %eq2.6 = arith.mulf %eq2, %eq2.5 : f64
          %g_new.6 = arith.subf %eq2.6, %a2 : f64
          %g_new.7 = arith.mulf %omega, %g_new.6 : f64
          %g_new.8 = arith.addf %a2, %g_new.7 : f64
          memref.store %g_new.8, %g[%c2, %i.1, %j.1] : memref<9x?x?xf64>
          %c3.1 = arith.negf %ux.5 : f64
          %c3.2 = arith.mulf %three, %c3.1 : f64
          %eq3 = arith.mulf %f0.1111111111111111, %rho.7 : f64
          %eq3.1 = arith.addf %one, %c3.2 : f64
          %eq3.2 = arith.mulf %half, %c3.2 : f64
          %eq3.3 = arith.mulf %eq3.2, %c3.2 : f64
          %eq3.4 = arith.addf %eq3.1, %eq3.3 : f64
          %eq3.5 = arith.subf %eq3.4, %usq.3 : f64
          %eq3.6 = arith.mulf %eq3, %eq3.5 : f64
          %g_new.9 = arith.subf %eq3.6, %a3 : f64
          %g_new.10 = arith.mulf %omega, %g_new.9 : f64
          %g_new.11 = arith.addf %a3, %g_new.10 : f64
          memref.store %g_new.11, %g[%c3, %i.1, %j.1] : memref<9x?x?xf64>
          %c4.1 = arith.negf %uy.5 : f64
          %c4.2 = arith.mulf %three, %c4.1 : f64
          %eq4 = arith.mulf %f0.1111111111111111, %rho.7 : f64
          %eq4.1 = arith.addf %one, %c4.2 : f64
          %eq4.2 = arith.mulf %half, %c4.2 : f64
          %eq4.3 = arith.mulf %eq4.2, %c4.2 : f64
          %eq4.4 = arith.addf %eq4.1, %eq4.3 : f64
          %eq4.5 = arith.subf %eq4.4, %usq.3 : f64
          %eq4.6 = arith.mulf %eq4, %eq4.5 : f64
          %g_new.12 = arith.subf %eq4.6, %a4 : f64
          %g_new.13 = arith.mulf %omega, %g_new.12 : f64
          %g_new.14 = arith.addf %a4, %g_new.13 : f64
          memref.store %g_new.14, %g[%c4, %i.1, %j.1] : memref<9x?x?xf64>
          %c5.1 = arith.addf %ux.5, %uy.5 : f64
          %c5.2 = arith.mulf %three, %c5.1 : f64
          %eq5 = arith.mulf %f0.027777777777777776, %rho.7 : f64
          %eq5.1 = arith.addf %one, %c5.2 : f64
          %eq5.2 = arith.mulf %half, %c5.2 : f64
          %eq5.3 = arith.mulf %eq5.2, %c5.2 : f64
          %eq5.4 = arith.addf %eq5.1, %eq5.3 : f64
          %eq5.5 = arith.subf %eq5.4, %usq.3 : f64
          %eq5.6 = arith.mulf %eq5, %eq5.5 : f64
          %g_new.15 = arith.subf %eq5.6, %a5 : f64
          %g_new.16 = arith.mulf %omega, %g_new.15 : f64
          %g_new.17 = arith.addf %a5, %g_new.16 : f64
          memref.store %g_new.17, %g[%c5, %i.1, %j.1] : memref<9x?x?xf64>
          %c6.1 = arith.negf %ux.5 : f64
          %c6.2 = arith.addf %c6.1, %uy.5 : f64
          %c6.3 = arith.mulf %three, %c6.2 : f64
          %eq6 = arith.mulf %f0.027777777777777776, %rho.7 : f64
          %eq6.1 = arith.addf %one, %c6.3 : f64
          %eq6.2 = arith.mulf %half, %c6.3 : f64
          %eq6.3 = arith.mulf %eq6.2, %c6.3 : f64
          %eq6.4 = arith.addf %eq6.1, %eq6.3 : f64
          %eq6.5 = arith.subf %eq6.4, %usq.3 : f64
          %eq6.6 = arith.mulf %eq6, %eq6.5 : f64
          %g_new.18 = arith.subf %eq6.6, %a6 : f64
          %g_new.19 = arith.mulf %omega, %g_new.18 : f64
          %g_new.20 = arith.addf %a6, %g_new.19 : f64
          memref.store %g_new.20, %g[%c6, %i.1, %j.1] : memref<9x?x?xf64>
          %c7.1 = arith.negf %ux.5 : f64
          %c7.2 = arith.subf %c7.1, %uy.5 : f64
          %c7.3 = arith.mulf %three, %c7.2 : f64
          %eq7 = arith.mulf %f0.027777777777777776, %rho.7 : f64
          %eq7.1 = arith.addf %one, %c7.3 : f64
          %eq7.2 = arith.mulf %half, %c7.3 : f64
          %eq7.3 = arith.mulf %eq7.2, %c7.3 : f64
          %eq7.4 = arith.addf %eq7.1, %eq7.3 : f64
          %eq7.5 = arith.subf %eq7.4, %usq.3 : f64
          %eq7.6 = arith.mulf %eq7, %eq7.5 : f64
          %g_new.21 = arith.subf %eq7.6, %a7 : f64
          %g_new.22 = arith.mulf %omega, %g_new.21 : f64
          %g_new.23 = arith.addf %a7, %g_new.22 : f64
          memref.store %g_new.23, %g[%c7, %i.1, %j.1] : memref<9x?x?xf64>
          %c8.1 = arith.subf %ux.5, %uy.5 : f64
          %c8.2 = arith.mulf %three, %c8.1 : f64
          %eq8 = arith.mulf %f0.027777777777777776, %rho.7 : f64
          %eq8.1 = arith.addf %one, %c8.2 : f64
          %eq8.2 = arith.mulf %half, %c8.2 : f64
          %eq8.3 = arith.mulf %eq8.2, %c8.2 : f64
          %eq8.4 = arith.addf %eq8.1, %eq8.3 : f64
          %eq8.5 = arith.subf %eq8.4, %usq.3 : f64
          %eq8.6 = arith.mulf %eq8, %eq8.5 : f64
          %g_new.24 = arith.subf %eq8.6, %a8 : f64
          %g_new.25 = arith.mulf %omega, %g_new.24 : f64
          %g_new.26 = arith.addf %a8, %g_new.25 : f64
          memref.store %g_new.26, %g[%c8, %i.1, %j.1] : memref<9x?x?xf64>
        }
      }
      scf.reduce
    }
    func.call @halo(%g, %n) : (memref<9x?x?xf64>, index) -> ()
    // Streaming, one direction after another.
    scf.parallel (%i.2) = (%c1) to (%last) step (%c1) {
      %north = arith.subi %i.2, %c1 : index
      %south = arith.addi %i.2, %c1 : index
      scf.for %j.2 = %c1 to %last step %c1 {
        %f_new.1 = memref.load %g[%c0, %i.2, %j.2] : memref<9x?x?xf64>
        memref.store %f_new.1, %f[%c0, %i.2, %j.2] : memref<9x?x?xf64>
      }
      scf.for %j.3 = %c1 to %last step %c1 {
        %at.2 = arith.subi %j.3, %c1 : index
        %f_new.2 = memref.load %g[%c1, %i.2, %at.2] : memref<9x?x?xf64>
        memref.store %f_new.2, %f[%c1, %i.2, %j.3] : memref<9x?x?xf64>
      }
      scf.for %j.4 = %c1 to %last step %c1 {
        %f_new.3 = memref.load %g[%c2, %north, %j.4] : memref<9x?x?xf64>
        memref.store %f_new.3, %f[%c2, %i.2, %j.4] : memref<9x?x?xf64>
      }
      scf.for %j.5 = %c1 to %last step %c1 {
        %at.3 = arith.addi %j.5, %c1 : index
        %f_new.4 = memref.load %g[%c3, %i.2, %at.3] : memref<9x?x?xf64>
        memref.store %f_new.4, %f[%c3, %i.2, %j.5] : memref<9x?x?xf64>
      }
      scf.for %j.6 = %c1 to %last step %c1 {
        %f_new.5 = memref.load %g[%c4, %south, %j.6] : memref<9x?x?xf64>
        memref.store %f_new.5, %f[%c4, %i.2, %j.6] : memref<9x?x?xf64>
      }
      scf.for %j.7 = %c1 to %last step %c1 {
        %at.4 = arith.subi %j.7, %c1 : index
        %f_new.6 = memref.load %g[%c5, %north, %at.4] : memref<9x?x?xf64>
        memref.store %f_new.6, %f[%c5, %i.2, %j.7] : memref<9x?x?xf64>
      }
      scf.for %j.8 = %c1 to %last step %c1 {
        %at.5 = arith.addi %j.8, %c1 : index
        %f_new.7 = memref.load %g[%c6, %north, %at.5] : memref<9x?x?xf64>
        memref.store %f_new.7, %f[%c6, %i.2, %j.8] : memref<9x?x?xf64>
      }
      scf.for %j.9 = %c1 to %last step %c1 {
        %at.6 = arith.addi %j.9, %c1 : index
        %f_new.8 = memref.load %g[%c7, %south, %at.6] : memref<9x?x?xf64>
        memref.store %f_new.8, %f[%c7, %i.2, %j.9] : memref<9x?x?xf64>
      }
      scf.for %j.10 = %c1 to %last step %c1 {
        %at.7 = arith.subi %j.10, %c1 : index
        %f_new.9 = memref.load %g[%c8, %south, %at.7] : memref<9x?x?xf64>
        memref.store %f_new.9, %f[%c8, %i.2, %j.10] : memref<9x?x?xf64>
      }
      scf.reduce
    }
  }
  %sum.1 = scf.for %i.3 = %c0 to %n step %c1 iter_args(%sum = %zero) -> f64 {
    %i1.1 = arith.addi %i.3, %c1 : index
    %sum.3 = scf.for %j.11 = %c0 to %n step %c1 iter_args(%sum.2 = %sum) -> f64 {
      %j1 = arith.addi %j.11, %c1 : index
      %m = memref.load %f[%c1, %i1.1, %j1] : memref<9x?x?xf64>
      %m.1 = memref.load %f[%c5, %i1.1, %j1] : memref<9x?x?xf64>
      %m.2 = arith.addf %m, %m.1 : f64
      %m.3 = memref.load %f[%c8, %i1.1, %j1] : memref<9x?x?xf64>
      %m.4 = arith.addf %m.2, %m.3 : f64
      %m.5 = memref.load %f[%c3, %i1.1, %j1] : memref<9x?x?xf64>
      %m.6 = arith.subf %m.4, %m.5 : f64
      %m.7 = memref.load %f[%c6, %i1.1, %j1] : memref<9x?x?xf64>
      %m.8 = arith.subf %m.6, %m.7 : f64
      %m.9 = memref.load %f[%c7, %i1.1, %j1] : memref<9x?x?xf64>
      %m.10 = arith.subf %m.8, %m.9 : f64
      %m.11 = memref.load %target[%i.3, %j.11] : memref<?x?xf64>
      %m.12 = arith.subf %m.10, %m.11 : f64
      %sum.4 = arith.mulf %half, %m.12 : f64
      %sum.5 = arith.mulf %sum.4, %m.12 : f64
      %sum.6 = arith.addf %sum.2, %sum.5 : f64
      scf.yield %sum.6 : f64
    }
    scf.yield %sum.3 : f64
  }
  memref.dealloc %f : memref<9x?x?xf64>
  memref.dealloc %g : memref<9x?x?xf64>
  return %sum.1 : f64
}

func.func @lbm_gradient(%f0: memref<9x?x?xf64> {llvm.noalias}, %f0_bar: memref<9x?x?xf64> {llvm.noalias}, %tau: f64,
    %solid: memref<?x?xi32> {llvm.noalias}, %target: memref<?x?xf64> {llvm.noalias}, %steps: index) -> f64 {
  %one = arith.constant 1.0 : f64
  %bar = autodiff.vjp @lbm(%f0, %f0_bar, %tau, %solid, %target, %steps, %one) args [dup, active, const, const,
    const] results [active_noneed]
    : (memref<9x?x?xf64>, memref<9x?x?xf64>, f64, memref<?x?xi32>, memref<?x?xf64>, index, f64) -> f64
  return %bar : f64
}
