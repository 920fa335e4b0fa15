// Ids and lanes of a kernel with memory of the workgroup are lowered for the host: no op is looked at that was erased.
// RUN: autodiff-run %s --entry phases --arg rand:64:9 --arg zeros:256 --target gpu-host --mode check --check-races
func.func @phases(%x: memref<64xf64>, %y: memref<256xf64>) {
  %k0 = arith.constant 0 : index
  %k1 = arith.constant 1 : index
  %k2 = arith.constant 2 : index
  %k3 = arith.constant 3 : index
  %k4 = arith.constant 4 : index
  %k8 = arith.constant 8 : index
  %k63 = arith.constant 63 : index
  %k64 = arith.constant 64 : index
  %kn = arith.constant 64 : index
  %sx_ = arith.constant 16 : index
  %sy_ = arith.constant 4 : index
  %g_ = arith.constant 2 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %g_, %gy = %k1, %gz = %k1)
             threads(%tx, %ty, %tz) in (%sx = %sx_, %sy = %sy_, %sz = %k1) workgroup(%w : memref<64xf64, #gpu.address_space<workgroup>>) {
    %lane = gpu.lane_id
    %trow = arith.muli %ty, %sx : index
    %tid = arith.addi %trow, %tx : index
    %bfirst = arith.muli %bx, %kn : index
    %gfull = arith.addi %bfirst, %tid : index
    %gid = arith.remui %gfull, %k64 : index
    %v1 = arith.muli %lane, %k2 : index
    %v2 = arith.remui %v1, %k64 : index
    %v3 = memref.load %x[%v2] : memref<64xf64>
    %v4 = math.sin %v3 : f64
    %v5 = arith.mulf %one, %v4 : f64
    %v6 = arith.addf %v5, %v3 : f64
    scf.for %q = %tid to %k64 step %kn {
      %z = memref.load %x[%q] : memref<64xf64>
      memref.store %z, %w[%q] : memref<64xf64, #gpu.address_space<workgroup>>
    }
    gpu.barrier
    %v7 = arith.cmpi ne, %bx, %k0 : index
    %v8 = scf.if %v7 -> f64 {
    %v9 = memref.load %x[%gid] : memref<64xf64>
    %v10 = math.sin %v9 : f64
    %v11 = arith.mulf %v6, %v10 : f64
    %v12 = arith.addf %v11, %v9 : f64
    scf.yield %v12 : f64
    } else {
    scf.yield %v6 : f64
    }
    %v13 = arith.addi %ty, %ty : index
    %v14 = arith.remui %v13, %k64 : index
    %v15 = memref.load %w[%v14] : memref<64xf64, #gpu.address_space<workgroup>>
    %v16 = math.sin %v15 : f64
    %v17 = arith.mulf %v8, %v16 : f64
    %v18 = arith.addf %v17, %v15 : f64
    %v19 = scf.for %k = %k0 to %k2 step %k1 iter_args(%a = %v18) -> f64 {
    %v20 = memref.load %x[%gid] : memref<64xf64>
    %v21 = math.sin %v20 : f64
    %v22 = arith.mulf %a, %v21 : f64
    %v23 = arith.addf %v22, %v20 : f64
    %v24 = memref.load %w[%tid] : memref<64xf64, #gpu.address_space<workgroup>>
    %v25 = math.sin %v24 : f64
    %v26 = arith.mulf %v23, %v25 : f64
    %v27 = arith.addf %v26, %v24 : f64
    gpu.barrier
    memref.store %v27, %w[%tid] : memref<64xf64, #gpu.address_space<workgroup>>
    gpu.barrier
    %v28 = arith.xori %k, %k1 : index
    %v29 = arith.remui %v28, %k64 : index
    %v30 = memref.load %w[%v29] : memref<64xf64, #gpu.address_space<workgroup>>
    %v31 = math.sin %v30 : f64
    %v32 = arith.mulf %v27, %v31 : f64
    %v33 = arith.addf %v32, %v30 : f64
    scf.yield %v33 : f64
    }
    memref.store %v19, %y[%gfull] : memref<256xf64>
    gpu.terminator
  }
  return
}
