// Loops that overwrite what they read: the old values are cached before they are gone.
// RUN: autodiff-run %s --entry square --arg rand:6:1 --arg 3 --mode check
// RUN: autodiff-run %s --entry scan --arg rand:6:1 --mode check
// RUN: autodiff-run %s --entry recurrence --arg rand:6:1 --mode check
// RUN: autodiff-run %s --entry gauss_seidel --arg rand:5x5:1 --arg 4 --mode check
// RUN: autodiff-run %s --entry scratch --arg rand:6:1 --mode check
func.func @square(%a: memref<6xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  scf.for %t = %c0 to %n step %c1 {
    scf.for %i = %c0 to %c6 step %c1 {
      %x = memref.load %a[%i] : memref<6xf64>
      %xx = arith.mulf %x, %x : f64
      %y = math.cos %xx : f64
      memref.store %y, %a[%i] : memref<6xf64>
    }
  }
  return
}
func.func @scan(%a: memref<6xf64>) {
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  scf.for %i = %c1 to %c6 step %c1 {
    %before = arith.subi %i, %c1 : index
    %x = memref.load %a[%before] : memref<6xf64>
    %y = memref.load %a[%i] : memref<6xf64>
    %xy = arith.mulf %x, %y : f64
    %z = arith.addf %xy, %y : f64
    memref.store %z, %a[%i] : memref<6xf64>
  }
  return
}
// Every trip reads what the trip before wrote at a place of its own, and clobbers it.
func.func @recurrence(%a: memref<6xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0.0 : f64
  %s = scf.for %i = %c0 to %c6 step %c1 iter_args(%acc = %zero) -> f64 {
    %x = memref.load %a[%i] : memref<6xf64>
    %first = memref.load %a[%c0] : memref<6xf64>
    %p = arith.mulf %x, %first : f64
    %e = math.exp %p : f64
    memref.store %e, %a[%c0] : memref<6xf64>
    memref.store %zero, %a[%i] : memref<6xf64>
    %again = memref.load %a[%c0] : memref<6xf64>
    %q = arith.mulf %again, %x : f64
    %next = arith.addf %acc, %q : f64
    scf.yield %next : f64
  }
  return %s : f64
}
func.func @gauss_seidel(%a: memref<5x5xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %t = %c0 to %n step %c1 {
    scf.for %i = %c1 to %c4 step %c1 {
      scf.for %j = %c1 to %c4 step %c1 {
        %up = arith.subi %i, %c1 : index
        %left = arith.subi %j, %c1 : index
        %down = arith.addi %i, %c1 : index
        %x = memref.load %a[%up, %j] : memref<5x5xf64>
        %y = memref.load %a[%i, %left] : memref<5x5xf64>
        %z = memref.load %a[%down, %j] : memref<5x5xf64>
        %w = memref.load %a[%i, %j] : memref<5x5xf64>
        %xy = arith.mulf %x, %y : f64
        %zw = arith.mulf %z, %w : f64
        %sum = arith.addf %xy, %zw : f64
        %new = math.sin %sum : f64
        memref.store %new, %a[%i, %j] : memref<5x5xf64>
      }
    }
  }
  return
}
// A cell outside the loop that every trip overwrites.
func.func @scratch(%a: memref<6xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0.0 : f64
  %cell = memref.alloc() : memref<2xf64>
  memref.store %zero, %cell[%c0] : memref<2xf64>
  scf.for %i = %c0 to %c6 step %c1 {
    %x = memref.load %a[%i] : memref<6xf64>
    memref.store %x, %cell[%c1] : memref<2xf64>
    %u = memref.load %cell[%c1] : memref<2xf64>
    %v = memref.load %cell[%c0] : memref<2xf64>
    %uu = arith.mulf %u, %u : f64
    %uv = arith.mulf %uu, %v : f64
    %next = arith.addf %uv, %u : f64
    memref.store %next, %cell[%c0] : memref<2xf64>
  }
  %y = memref.load %cell[%c0] : memref<2xf64>
  memref.dealloc %cell : memref<2xf64>
  return %y : f64
}
