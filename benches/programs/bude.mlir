// The energy of a ligand docked to a protein, for many poses (after miniBUDE). Most pairs of atoms are too far from each
// other to contribute.
//
//   J = 1/(2M) sum_poses energy^2
//
// pose[6][M]: angles x, y, z, translation x, y, z; lig[atom][3]; ff[type][radius, hydrophobicity, charge]; hb[type].
//
//   autodiff-run benches/programs/bude.mlir --entry bude --arg rand:6x3:1 --arg rand:4x3:2 --arg rand:4:3 \
//     --arg rand:5x3:4 --arg rand:5:5 --arg rand:8x3:6 --arg rand:8:7 \
//     --activity dup,dup,const,const,const,dup,const --mode vjp
func.func @bude(%pose: memref<6x?xf64> {llvm.noalias}, %lig: memref<?x3xf64> {llvm.noalias},
    %lig_type: memref<?xi32> {llvm.noalias}, %pro: memref<?x3xf64> {llvm.noalias},
    %pro_type: memref<?xi32> {llvm.noalias}, %ff: memref<?x3xf64> {llvm.noalias}, %hb: memref<?xi32> {llvm.noalias}
   ) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f64
  %f0.18181818181818182 = arith.constant 0.18181818181818182 : f64
  %f0.25 = arith.constant 0.25 : f64
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %four = arith.constant 4.0 : f64
  %f5.5 = arith.constant 5.5 : f64
  %f45.0 = arith.constant 45.0 : f64
  %f76.0 = arith.constant 76.0 : f64
  %i32_0 = arith.constant 0 : i32
  %poses = memref.dim %pose, %c1 : memref<6x?xf64>
  %ligands = memref.dim %lig, %c0 : memref<?x3xf64>
  %proteins = memref.dim %pro, %c0 : memref<?x3xf64>
  %sum.1 = scf.parallel (%i) = (%c0) to (%poses) step (%c1) init (%zero) -> f64 {
    %ax = memref.load %pose[%c0, %i] : memref<6x?xf64>
    %ay = memref.load %pose[%c1, %i] : memref<6x?xf64>
    %az = memref.load %pose[%c2, %i] : memref<6x?xf64>
    %tx = memref.load %pose[%c3, %i] : memref<6x?xf64>
    %ty = memref.load %pose[%c4, %i] : memref<6x?xf64>
    %tz = memref.load %pose[%c5, %i] : memref<6x?xf64>
    %sx = math.sin %ax : f64
    %cx = math.cos %ax : f64
    %sy = math.sin %ay : f64
    %cy = math.cos %ay : f64
    %sz = math.sin %az : f64
    %cz = math.cos %az : f64
    %m00 = arith.mulf %cy, %cz : f64
    %m01 = arith.mulf %sx, %sy : f64
    %m01.1 = arith.mulf %m01, %cz : f64
    %m01.2 = arith.mulf %cx, %sz : f64
    %m01.3 = arith.subf %m01.1, %m01.2 : f64
    %m02 = arith.mulf %cx, %sy : f64
    %m02.1 = arith.mulf %m02, %cz : f64
    %m02.2 = arith.mulf %sx, %sz : f64
    %m02.3 = arith.addf %m02.1, %m02.2 : f64
    %m10 = arith.mulf %cy, %sz : f64
    %m11 = arith.mulf %sx, %sy : f64
    %m11.1 = arith.mulf %m11, %sz : f64
    %m11.2 = arith.mulf %cx, %cz : f64
    %m11.3 = arith.addf %m11.1, %m11.2 : f64
    %m12 = arith.mulf %cx, %sy : f64
    %m12.1 = arith.mulf %m12, %sz : f64
    %m12.2 = arith.mulf %sx, %cz : f64
    %m12.3 = arith.subf %m12.1, %m12.2 : f64
    %m20 = arith.negf %sy : f64
    %m21 = arith.mulf %sx, %cy : f64
    %m22 = arith.mulf %cx, %cy : f64
    %energy.1 = scf.for %l = %c0 to %ligands step %c1 iter_args(%energy = %zero) -> f64 {
      %x = memref.load %lig[%l, %c0] : memref<?x3xf64>
      %y = memref.load %lig[%l, %c1] : memref<?x3xf64>
      %z = memref.load %lig[%l, %c2] : memref<?x3xf64>
      %px = arith.mulf %m00, %x : f64
      %px.1 = arith.mulf %m01.3, %y : f64
      %px.2 = arith.addf %px, %px.1 : f64
      %px.3 = arith.mulf %m02.3, %z : f64
      %px.4 = arith.addf %px.2, %px.3 : f64
      %px.5 = arith.addf %px.4, %tx : f64
      %py = arith.mulf %m10, %x : f64
      %py.1 = arith.mulf %m11.3, %y : f64
      %py.2 = arith.addf %py, %py.1 : f64
      %py.3 = arith.mulf %m12.3, %z : f64
      %py.4 = arith.addf %py.2, %py.3 : f64
      %py.5 = arith.addf %py.4, %ty : f64
      %pz = arith.mulf %m20, %x : f64
      %pz.1 = arith.mulf %m21, %y : f64
      %pz.2 = arith.addf %pz, %pz.1 : f64
      %pz.3 = arith.mulf %m22, %z : f64
      %pz.4 = arith.addf %pz.2, %pz.3 : f64
      %pz.5 = arith.addf %pz.4, %tz : f64
      %tl = memref.load %lig_type[%l] : memref<?xi32>
      %tl.1 = arith.index_cast %tl : i32 to index
      %lr = memref.load %ff[%tl.1, %c0] : memref<?x3xf64>
      %lh = memref.load %ff[%tl.1, %c1] : memref<?x3xf64>
      %lq = memref.load %ff[%tl.1, %c2] : memref<?x3xf64>
      %hl = memref.load %hb[%tl.1] : memref<?xi32>
      %hl.1 = arith.cmpi ne, %hl, %i32_0 : i32
      %energy.3 = scf.for %p = %c0 to %proteins step %c1 iter_args(%energy.2 = %energy) -> f64 {
        %tp = memref.load %pro_type[%p] : memref<?xi32>
        %tp.1 = arith.index_cast %tp : i32 to index
        %dx = memref.load %pro[%p, %c0] : memref<?x3xf64>
        %dx.1 = arith.subf %px.5, %dx : f64
        %dy = memref.load %pro[%p, %c1] : memref<?x3xf64>
        %dy.1 = arith.subf %py.5, %dy : f64
        %dz = memref.load %pro[%p, %c2] : memref<?x3xf64>
        %dz.1 = arith.subf %pz.5, %dz : f64
        %r = arith.mulf %dx.1, %dx.1 : f64
        %r.1 = arith.mulf %dy.1, %dy.1 : f64
        %r.2 = arith.addf %r, %r.1 : f64
        %r.3 = arith.mulf %dz.1, %dz.1 : f64
        %r.4 = arith.addf %r.2, %r.3 : f64
        %r.5 = math.sqrt %r.4 : f64
        %rad = memref.load %ff[%tp.1, %c0] : memref<?x3xf64>
        %rad.1 = arith.addf %lr, %rad : f64
        %gap = arith.subf %r.5, %rad.1 : f64
        %test = arith.cmpf olt, %gap, %f5.5 : f64
        %energy.4 = scf.if %test -> f64 {
          %inside = arith.cmpf olt, %gap, %zero : f64
          %h = memref.load %ff[%tp.1, %c1] : memref<?x3xf64>
          %h.1 = arith.addf %lh, %h : f64
          %energy.5 = scf.if %inside -> f64 {
            %energy.6 = arith.divf %r.5, %rad.1 : f64
            %energy.7 = arith.subf %one, %energy.6 : f64
            %energy.8 = arith.mulf %f76.0, %energy.7 : f64
            %energy.9 = arith.addf %energy.8, %h.1 : f64
            %energy.10 = arith.addf %energy.2, %energy.9 : f64
            scf.yield %energy.10 : f64
          } else {
            %energy.11 = arith.mulf %gap, %f0.18181818181818182 : f64
            %energy.12 = arith.subf %one, %energy.11 : f64
            %energy.13 = arith.mulf %h.1, %energy.12 : f64
            %energy.14 = arith.addf %energy.2, %energy.13 : f64
            scf.yield %energy.14 : f64
          }
          %test.1 = arith.cmpf olt, %gap, %four : f64
          %energy.15 = scf.if %test.1 -> f64 {
            %q = memref.load %ff[%tp.1, %c2] : memref<?x3xf64>
            %q.1 = arith.mulf %lq, %q : f64
            %hp = memref.load %hb[%tp.1] : memref<?xi32>
            %hp.1 = arith.cmpi ne, %hp, %i32_0 : i32
            %flip = arith.andi %hl.1, %hp.1 : i1
            %flip.1 = arith.cmpf ogt, %q.1, %zero : f64
            %flip.2 = arith.andi %flip, %flip.1 : i1
            %q.2 = arith.negf %q.1 : f64
            %q.3 = arith.select %flip.2, %q.2, %q.1 : f64
            %energy.16 = scf.if %inside -> f64 {
              %energy.17 = arith.mulf %f45.0, %q.3 : f64
              %energy.18 = arith.addf %energy.5, %energy.17 : f64
              scf.yield %energy.18 : f64
            } else {
              %energy.19 = arith.mulf %f45.0, %q.3 : f64
              %energy.20 = arith.mulf %gap, %f0.25 : f64
              %energy.21 = arith.subf %one, %energy.20 : f64
              %energy.22 = arith.mulf %energy.19, %energy.21 : f64
              %energy.23 = arith.addf %energy.5, %energy.22 : f64
              scf.yield %energy.23 : f64
            }
            scf.yield %energy.16 : f64
          } else {
            scf.yield %energy.5 : f64
          }
          scf.yield %energy.15 : f64
        } else {
          scf.yield %energy.2 : f64
        }
        scf.yield %energy.4 : f64
      }
      scf.yield %energy.3 : f64
    }
    %e = arith.mulf %half, %energy.1 : f64
    %sum.2 = arith.mulf %e, %e : f64
    scf.reduce(%sum.2 : f64) {
    ^bb0(%sum.one: f64, %sum.two: f64):
      %sum.both = arith.addf %sum.one, %sum.two : f64
      scf.reduce.return %sum.both : f64
    }
  }
  %j = arith.mulf %half, %sum.1 : f64
  %j.1 = arith.index_cast %poses : index to i64
  %j.2 = arith.sitofp %j.1 : i64 to f64
  %j.3 = arith.divf %j, %j.2 : f64
  return %j.3 : f64
}

func.func @bude_gradient(%pose: memref<6x?xf64> {llvm.noalias}, %pose_bar: memref<6x?xf64> {llvm.noalias},
    %lig: memref<?x3xf64> {llvm.noalias}, %lig_bar: memref<?x3xf64> {llvm.noalias},
    %lig_type: memref<?xi32> {llvm.noalias}, %pro: memref<?x3xf64> {llvm.noalias},
    %pro_type: memref<?xi32> {llvm.noalias}, %ff: memref<?x3xf64> {llvm.noalias},
    %ff_bar: memref<?x3xf64> {llvm.noalias}, %hb: memref<?xi32> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @bude(%pose, %pose_bar, %lig, %lig_bar, %lig_type, %pro, %pro_type, %ff, %ff_bar, %hb, %one) args [dup,
    dup, const, const, const, dup, const] results [active_noneed]
    : (memref<6x?xf64>, memref<6x?xf64>, memref<?x3xf64>, memref<?x3xf64>, memref<?xi32>, memref<?x3xf64>,
      memref<?xi32>, memref<?x3xf64>, memref<?x3xf64>, memref<?xi32>, f64) -> ()
  return
}
