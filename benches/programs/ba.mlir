// Bundle adjustment: the reprojection error of each observation of a point by a camera (ADBench). What is wanted is
// not a gradient but the Jacobian of each residual: two rows of 15, by one request for two directions.
//
//   Y = X - C;  theta = |rot|;  a = rot / theta
//   P = Y cos(theta) + (a x Y) sin(theta) + a (a.Y) (1 - cos(theta))         (P = Y + rot x Y where theta is 0)
//   q = (P_0, P_1) / P_2;  r = |q|^2;  L = 1 + k_0 r + k_1 r^2
//   e = w (f L q + x0 - feat);  we = 1 - w^2
//
// cam[camera][rot 3, C 3, f, x0 2, k 2], pt[point][3], w[observation], feat[observation][2], and for each observation
// its camera and its point.
//
//   autodiff-run benches/programs/ba.mlir --entry ba --arg rand:8x11:1 --arg rand:8x3:2 --arg rand:5:3 \
//     --arg rand:5x2:4 --arg rand:5:5 --arg rand:5:6 --arg zeros:5x2 --arg zeros:5 \
//     --activity dup,dup,dup,const,const,const,dup,dup --mode check
func.func private @weight_error(%w: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %j = arith.mulf %w, %w : f64
  %j.1 = arith.subf %one, %j : f64
  return %j.1 : f64
}

func.func private @residual(%r0: f64, %r1: f64, %r2: f64, %c0: f64, %c1: f64, %c2: f64, %f: f64, %x0: f64, %y0: f64,
    %k0: f64, %k1: f64, %p0: f64, %p1: f64, %p2: f64, %w: f64, %u: f64, %v: f64) -> (f64, f64) {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %x = arith.subf %p0, %c0 : f64
  %y = arith.subf %p1, %c1 : f64
  %z = arith.subf %p2, %c2 : f64
  %tt = arith.mulf %r0, %r0 : f64
  %tt.1 = arith.mulf %r1, %r1 : f64
  %tt.2 = arith.addf %tt, %tt.1 : f64
  %tt.3 = arith.mulf %r2, %r2 : f64
  %tt.4 = arith.addf %tt.2, %tt.3 : f64
  %q0 = arith.mulf %r1, %z : f64
  %q0.1 = arith.addf %x, %q0 : f64
  %q0.2 = arith.mulf %r2, %y : f64
  %q0.3 = arith.subf %q0.1, %q0.2 : f64
  %q1 = arith.mulf %r2, %x : f64
  %q1.1 = arith.addf %y, %q1 : f64
  %q1.2 = arith.mulf %r0, %z : f64
  %q1.3 = arith.subf %q1.1, %q1.2 : f64
  %q2 = arith.mulf %r0, %y : f64
  %q2.1 = arith.addf %z, %q2 : f64
  %q2.2 = arith.mulf %r1, %x : f64
  %q2.3 = arith.subf %q2.1, %q2.2 : f64
  %test = arith.cmpf une, %tt.4, %zero : f64
  %r:3 = scf.if %test -> (f64, f64, f64) {
    %t = math.sqrt %tt.4 : f64
    %c = math.cos %t : f64
    %s = math.sin %t : f64
    %it = arith.divf %one, %t : f64
    %a0 = arith.mulf %r0, %it : f64
    %a1 = arith.mulf %r1, %it : f64
    %a2 = arith.mulf %r2, %it : f64
    %along = arith.mulf %a0, %x : f64
    %along.1 = arith.mulf %a1, %y : f64
    %along.2 = arith.addf %along, %along.1 : f64
    %along.3 = arith.mulf %a2, %z : f64
    %along.4 = arith.addf %along.2, %along.3 : f64
    %along.5 = arith.subf %one, %c : f64
    %along.6 = arith.mulf %along.4, %along.5 : f64
    %q0.4 = arith.mulf %x, %c : f64
    %q0.5 = arith.mulf %a1, %z : f64
    %q0.6 = arith.mulf %a2, %y : f64
    %q0.7 = arith.subf %q0.5, %q0.6 : f64
    %q0.8 = arith.mulf %q0.7, %s : f64
    %q0.9 = arith.addf %q0.4, %q0.8 : f64
    %q0.10 = arith.mulf %a0, %along.6 : f64
    %q0.11 = arith.addf %q0.9, %q0.10 : f64
    %q1.4 = arith.mulf %y, %c : f64
    %q1.5 = arith.mulf %a2, %x : f64
    %q1.6 = arith.mulf %a0, %z : f64
    %q1.7 = arith.subf %q1.5, %q1.6 : f64
    %q1.8 = arith.mulf %q1.7, %s : f64
    %q1.9 = arith.addf %q1.4, %q1.8 : f64
    %q1.10 = arith.mulf %a1, %along.6 : f64
    %q1.11 = arith.addf %q1.9, %q1.10 : f64
    %q2.4 = arith.mulf %z, %c : f64
    %q2.5 = arith.mulf %a0, %y : f64
    %q2.6 = arith.mulf %a1, %x : f64
    %q2.7 = arith.subf %q2.5, %q2.6 : f64
    %q2.8 = arith.mulf %q2.7, %s : f64
    %q2.9 = arith.addf %q2.4, %q2.8 : f64
    %q2.10 = arith.mulf %a2, %along.6 : f64
    %q2.11 = arith.addf %q2.9, %q2.10 : f64
    scf.yield %q0.11, %q1.11, %q2.11 : f64, f64, f64
  } else {
    scf.yield %q0.3, %q1.3, %q2.3 : f64, f64, f64
  }
  %px = arith.divf %r#0, %r#2 : f64
  %py = arith.divf %r#1, %r#2 : f64
  %rr = arith.mulf %px, %px : f64
  %rr.1 = arith.mulf %py, %py : f64
  %rr.2 = arith.addf %rr, %rr.1 : f64
  %scale = arith.mulf %k0, %rr.2 : f64
  %scale.1 = arith.addf %one, %scale : f64
  %scale.2 = arith.mulf %k1, %rr.2 : f64
  %scale.3 = arith.mulf %scale.2, %rr.2 : f64
  %scale.4 = arith.addf %scale.1, %scale.3 : f64
  %j = arith.mulf %px, %scale.4 : f64
  %j.1 = arith.mulf %j, %f : f64
  %j.2 = arith.addf %j.1, %x0 : f64
  %j.3 = arith.subf %j.2, %u : f64
  %j.4 = arith.mulf %w, %j.3 : f64
  %j.5 = arith.mulf %py, %scale.4 : f64
  %j.6 = arith.mulf %j.5, %f : f64
  %j.7 = arith.addf %j.6, %y0 : f64
  %j.8 = arith.subf %j.7, %v : f64
  %j.9 = arith.mulf %w, %j.8 : f64
  return %j.4, %j.9 : f64, f64
}

func.func @ba(%cam: memref<?x11xf64> {llvm.noalias}, %pt: memref<?x3xf64> {llvm.noalias},
    %w: memref<?xf64> {llvm.noalias}, %feat: memref<?x2xf64> {llvm.noalias}, %cams: memref<?xi32> {llvm.noalias},
    %pts: memref<?xi32> {llvm.noalias}, %e: memref<?x2xf64> {llvm.noalias}, %we: memref<?xf64> {llvm.noalias}) {
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
  %c10 = arith.constant 10 : index
  %observations = memref.dim %w, %c0 : memref<?xf64>
  scf.for %o = %c0 to %observations step %c1 {
    %c = memref.load %cams[%o] : memref<?xi32>
    %c.1 = arith.index_cast %c : i32 to index
    %p = memref.load %pts[%o] : memref<?xi32>
    %p.1 = arith.index_cast %p : i32 to index
    %r0 = memref.load %cam[%c.1, %c0] : memref<?x11xf64>
    %r1 = memref.load %cam[%c.1, %c1] : memref<?x11xf64>
    %r2 = memref.load %cam[%c.1, %c2] : memref<?x11xf64>
    %c0.1 = memref.load %cam[%c.1, %c3] : memref<?x11xf64>
    %c1.1 = memref.load %cam[%c.1, %c4] : memref<?x11xf64>
    %c2.1 = memref.load %cam[%c.1, %c5] : memref<?x11xf64>
    %f = memref.load %cam[%c.1, %c6] : memref<?x11xf64>
    %x0 = memref.load %cam[%c.1, %c7] : memref<?x11xf64>
    %y0 = memref.load %cam[%c.1, %c8] : memref<?x11xf64>
    %k0 = memref.load %cam[%c.1, %c9] : memref<?x11xf64>
    %k1 = memref.load %cam[%c.1, %c10] : memref<?x11xf64>
    %p0 = memref.load %pt[%p.1, %c0] : memref<?x3xf64>
    %p1 = memref.load %pt[%p.1, %c1] : memref<?x3xf64>
    %p2 = memref.load %pt[%p.1, %c2] : memref<?x3xf64>
    %weight = memref.load %w[%o] : memref<?xf64>
    %u = memref.load %feat[%o, %c0] : memref<?x2xf64>
    %v = memref.load %feat[%o, %c1] : memref<?x2xf64>
    %e0:2 = func.call @residual(%r0, %r1, %r2, %c0.1, %c1.1, %c2.1, %f, %x0, %y0, %k0, %k1, %p0, %p1, %p2, %weight,
        %u, %v) : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64) -> (f64, f64)
    memref.store %e0#0, %e[%o, %c0] : memref<?x2xf64>
    memref.store %e0#1, %e[%o, %c1] : memref<?x2xf64>
    %w_new = func.call @weight_error(%weight) : (f64) -> f64
    memref.store %w_new, %we[%o] : memref<?xf64>
  }
  return
}

func.func @ba_jacobian(%cam: memref<?x11xf64> {llvm.noalias}, %pt: memref<?x3xf64> {llvm.noalias},
    %w: memref<?xf64> {llvm.noalias}, %feat: memref<?x2xf64> {llvm.noalias}, %cams: memref<?xi32> {llvm.noalias},
    %pts: memref<?xi32> {llvm.noalias}, %jacobian: memref<?x2x15xf64> {llvm.noalias},
    %we_bar: memref<?xf64> {llvm.noalias}) {
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
  %c10 = arith.constant 10 : index
  %c11 = arith.constant 11 : index
  %c12 = arith.constant 12 : index
  %c13 = arith.constant 13 : index
  %c14 = arith.constant 14 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %observations = memref.dim %w, %c0 : memref<?xf64>
  scf.for %o = %c0 to %observations step %c1 {
    %c = memref.load %cams[%o] : memref<?xi32>
    %c.1 = arith.index_cast %c : i32 to index
    %p = memref.load %pts[%o] : memref<?xi32>
    %p.1 = arith.index_cast %p : i32 to index
    %r0 = memref.load %cam[%c.1, %c0] : memref<?x11xf64>
    %r1 = memref.load %cam[%c.1, %c1] : memref<?x11xf64>
    %r2 = memref.load %cam[%c.1, %c2] : memref<?x11xf64>
    %c0.1 = memref.load %cam[%c.1, %c3] : memref<?x11xf64>
    %c1.1 = memref.load %cam[%c.1, %c4] : memref<?x11xf64>
    %c2.1 = memref.load %cam[%c.1, %c5] : memref<?x11xf64>
    %f = memref.load %cam[%c.1, %c6] : memref<?x11xf64>
    %x0 = memref.load %cam[%c.1, %c7] : memref<?x11xf64>
    %y0 = memref.load %cam[%c.1, %c8] : memref<?x11xf64>
    %k0 = memref.load %cam[%c.1, %c9] : memref<?x11xf64>
    %k1 = memref.load %cam[%c.1, %c10] : memref<?x11xf64>
    %p0 = memref.load %pt[%p.1, %c0] : memref<?x3xf64>
    %p1 = memref.load %pt[%p.1, %c1] : memref<?x3xf64>
    %p2 = memref.load %pt[%p.1, %c2] : memref<?x3xf64>
    %weight = memref.load %w[%o] : memref<?xf64>
    %u = memref.load %feat[%o, %c0] : memref<?x2xf64>
    %v = memref.load %feat[%o, %c1] : memref<?x2xf64>
    %bar:30 = autodiff.vjp @residual(%r0, %r1, %r2, %c0.1, %c1.1, %c2.1, %f, %x0, %y0, %k0, %k1, %p0, %p1, %p2,
      %weight, %u, %v, %one, %zero, %zero, %one)
      args [active, active, active, active, active, active, active, active, active, active, active, active, active,
        active, active, const, const] results [active_noneed, active_noneed] width 2
      : (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64,
        f64) -> (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64,
        f64, f64, f64, f64, f64, f64, f64, f64, f64, f64)
    memref.store %bar#0, %jacobian[%o, %c0, %c0] : memref<?x2x15xf64>
    memref.store %bar#1, %jacobian[%o, %c1, %c0] : memref<?x2x15xf64>
    memref.store %bar#2, %jacobian[%o, %c0, %c1] : memref<?x2x15xf64>
    memref.store %bar#3, %jacobian[%o, %c1, %c1] : memref<?x2x15xf64>
    memref.store %bar#4, %jacobian[%o, %c0, %c2] : memref<?x2x15xf64>
    memref.store %bar#5, %jacobian[%o, %c1, %c2] : memref<?x2x15xf64>
    memref.store %bar#6, %jacobian[%o, %c0, %c3] : memref<?x2x15xf64>
    memref.store %bar#7, %jacobian[%o, %c1, %c3] : memref<?x2x15xf64>
    memref.store %bar#8, %jacobian[%o, %c0, %c4] : memref<?x2x15xf64>
    memref.store %bar#9, %jacobian[%o, %c1, %c4] : memref<?x2x15xf64>
    memref.store %bar#10, %jacobian[%o, %c0, %c5] : memref<?x2x15xf64>
    memref.store %bar#11, %jacobian[%o, %c1, %c5] : memref<?x2x15xf64>
    memref.store %bar#12, %jacobian[%o, %c0, %c6] : memref<?x2x15xf64>
    memref.store %bar#13, %jacobian[%o, %c1, %c6] : memref<?x2x15xf64>
    memref.store %bar#14, %jacobian[%o, %c0, %c7] : memref<?x2x15xf64>
    memref.store %bar#15, %jacobian[%o, %c1, %c7] : memref<?x2x15xf64>
    memref.store %bar#16, %jacobian[%o, %c0, %c8] : memref<?x2x15xf64>
    memref.store %bar#17, %jacobian[%o, %c1, %c8] : memref<?x2x15xf64>
    memref.store %bar#18, %jacobian[%o, %c0, %c9] : memref<?x2x15xf64>
    memref.store %bar#19, %jacobian[%o, %c1, %c9] : memref<?x2x15xf64>
    memref.store %bar#20, %jacobian[%o, %c0, %c10] : memref<?x2x15xf64>
    memref.store %bar#21, %jacobian[%o, %c1, %c10] : memref<?x2x15xf64>
    memref.store %bar#22, %jacobian[%o, %c0, %c11] : memref<?x2x15xf64>
    memref.store %bar#23, %jacobian[%o, %c1, %c11] : memref<?x2x15xf64>
    memref.store %bar#24, %jacobian[%o, %c0, %c12] : memref<?x2x15xf64>
    memref.store %bar#25, %jacobian[%o, %c1, %c12] : memref<?x2x15xf64>
    memref.store %bar#26, %jacobian[%o, %c0, %c13] : memref<?x2x15xf64>
    memref.store %bar#27, %jacobian[%o, %c1, %c13] : memref<?x2x15xf64>
    memref.store %bar#28, %jacobian[%o, %c0, %c14] : memref<?x2x15xf64>
    memref.store %bar#29, %jacobian[%o, %c1, %c14] : memref<?x2x15xf64>
    %w_bar = autodiff.vjp @weight_error(%weight, %one) args [active] results [active_noneed] : (f64, f64) -> f64
    memref.store %w_bar, %we_bar[%o] : memref<?xf64>
  }
  return
}
