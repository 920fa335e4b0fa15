// Gravitation of n bodies by the leapfrog method: buffers updated in place over time, pairs j < i, and the energy at the
// end. Its derivative with respect to positions, velocities and masses.
// RUN: autodiff-run %s --entry simulate --arg rand:4x3:1 --arg rand:4x3:2 --arg rand:4:3 --arg 6 --arg 0.01 --mode check
// RUN: autodiff-run %s --entry simulate --arg rand:3x3:1 --arg rand:3x3:2 --arg rand:3:3 --arg 0 --arg 0.01 --mode check
// RUN: autodiff-run %s --entry simulate --arg rand:2x3:1 --arg rand:2x3:2 --arg rand:2:3 --arg 3 --arg 0.01 --activity const,const,dup,const,const --mode check
func.func private @kick(%x: memref<?x3xf64>, %v: memref<?x3xf64>, %m: memref<?xf64>, %h: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %softening = arith.constant 0.05 : f64
  %n = memref.dim %x, %c0 : memref<?x3xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %i step %c1 {
      %r2 = scf.for %k = %c0 to %c3 step %c1 iter_args(%s = %softening) -> f64 {
        %xi = memref.load %x[%i, %k] : memref<?x3xf64>
        %xj = memref.load %x[%j, %k] : memref<?x3xf64>
        %d = arith.subf %xj, %xi : f64
        %dd = arith.mulf %d, %d : f64
        %t = arith.addf %s, %dd : f64
        scf.yield %t : f64
      }
      %inverse = math.rsqrt %r2 : f64
      %square = arith.mulf %inverse, %inverse : f64
      %cube = arith.mulf %square, %inverse : f64
      %f = arith.mulf %h, %cube : f64
      %mi = memref.load %m[%i] : memref<?xf64>
      %mj = memref.load %m[%j] : memref<?xf64>
      scf.for %k = %c0 to %c3 step %c1 {
        %xi = memref.load %x[%i, %k] : memref<?x3xf64>
        %xj = memref.load %x[%j, %k] : memref<?x3xf64>
        %d = arith.subf %xj, %xi : f64
        %fd = arith.mulf %f, %d : f64
        %ai = arith.mulf %fd, %mj : f64
        %aj = arith.mulf %fd, %mi : f64
        %vi = memref.load %v[%i, %k] : memref<?x3xf64>
        %vj = memref.load %v[%j, %k] : memref<?x3xf64>
        %wi = arith.addf %vi, %ai : f64
        %wj = arith.subf %vj, %aj : f64
        memref.store %wi, %v[%i, %k] : memref<?x3xf64>
        memref.store %wj, %v[%j, %k] : memref<?x3xf64>
      }
    }
  }
  return
}
func.func @simulate(%x: memref<?x3xf64>, %v: memref<?x3xf64>, %m: memref<?xf64>, %steps: index, %h: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %n = memref.dim %x, %c0 : memref<?x3xf64>
  %hh = arith.mulf %h, %half : f64
  scf.for %t = %c0 to %steps step %c1 {
    func.call @kick(%x, %v, %m, %hh) : (memref<?x3xf64>, memref<?x3xf64>, memref<?xf64>, f64) -> ()
    scf.for %i = %c0 to %n step %c1 {
      scf.for %k = %c0 to %c3 step %c1 {
        %xi = memref.load %x[%i, %k] : memref<?x3xf64>
        %vi = memref.load %v[%i, %k] : memref<?x3xf64>
        %d = arith.mulf %h, %vi : f64
        %y = arith.addf %xi, %d : f64
        memref.store %y, %x[%i, %k] : memref<?x3xf64>
      }
    }
    func.call @kick(%x, %v, %m, %hh) : (memref<?x3xf64>, memref<?x3xf64>, memref<?xf64>, f64) -> ()
  }
  %energy = scf.for %i = %c0 to %n step %c1 iter_args(%e = %zero) -> f64 {
    %mi = memref.load %m[%i] : memref<?xf64>
    %v2 = scf.for %k = %c0 to %c3 step %c1 iter_args(%s = %zero) -> f64 {
      %vi = memref.load %v[%i, %k] : memref<?x3xf64>
      %vv = arith.mulf %vi, %vi : f64
      %t = arith.addf %s, %vv : f64
      scf.yield %t : f64
    }
    %mv = arith.mulf %mi, %v2 : f64
    %next = arith.addf %e, %mv : f64
    scf.yield %next : f64
  }
  %y = arith.mulf %half, %energy : f64
  return %y : f64
}
