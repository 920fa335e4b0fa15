// What kernels do that has no derivative, or none that could be built, is an error at the op.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @exchange(%x: memref<4xf64>, %y: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    // expected-error@+1 {{'memref.atomic_rmw' op can be differentiated if it adds only: what another kind leaves depends on the order of the threads}}
    %old = memref.atomic_rmw assign %v, %y[%c0] : (f64, memref<4xf64>) -> f64
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>, %y: memref<4xf64>, %t: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@exchange' with respect to arguments #0, #1 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @exchange(%x, %s, %y, %t) args [dup, dup] results []
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

func.func private @largest(%x: memref<4xf64>, %y: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    // expected-error@+1 {{'memref.atomic_rmw' op of an extremum cannot be differentiated: which of the threads that hold it comes first is known to none of them; use 'scf.reduce', or 'gpu.all_reduce' in each block and a loop after the kernel}}
    %old = memref.atomic_rmw maximumf %v, %y[%c0] : (f64, memref<4xf64>) -> f64
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>, %y: memref<4xf64>, %t: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@largest' with respect to arguments #0, #1 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @largest(%x, %s, %y, %t) args [dup, dup] results []
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

func.func private @ticket(%x: memref<4xf64>, %y: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    // expected-error@+1 {{'memref.atomic_rmw' op cannot be differentiated if its result is used: what it gives depends on the order of the threads}}
    %old = memref.atomic_rmw addf %v, %y[%c0] : (f64, memref<4xf64>) -> f64
    memref.store %old, %x[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>, %y: memref<4xf64>, %t: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@ticket' with respect to arguments #0, #1 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.jvp @ticket(%x, %s, %y, %t) args [dup, dup] results []
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

// The function is not inlined into the kernel.
func.func private @norm(%v: f64) -> f64 attributes {no_inline} {
  // expected-error@+1 {{'gpu.all_reduce' op combines values by something else than a sum, a product or an extremum, which can be differentiated in a launch, or in a function that is inlined there, if its body is one block}}
  %r = gpu.all_reduce %v uniform {
  ^bb0(%a: f64, %b: f64):
    %aa = arith.mulf %a, %a : f64
    %bb = arith.mulf %b, %b : f64
    %sum = arith.addf %aa, %bb : f64
    %root = math.sqrt %sum : f64
    gpu.yield %root : f64
  } : (f64) -> f64
  return %r : f64
}
func.func private @norms(%x: memref<4xf64>, %y: memref<4xf64>) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    %r = func.call @norm(%v) : (f64) -> f64
    memref.store %r, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>, %y: memref<4xf64>, %t: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@norm' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @norms(%x, %s, %y, %t) args [dup, dup] results []
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

// How often the loop runs depends on memory that it writes.
func.func private @newton(%x: memref<4xf64>) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    scf.while : () -> () {
      // expected-error@+1 {{the reverse sweep needs this value of a kernel, but how many there are of it is not known before the launch}}
      %u = memref.load %x[%tx] : memref<4xf64>
      %w = math.sin %u : f64
      memref.store %w, %x[%tx] : memref<4xf64>
      gpu.barrier
      %goes_on = arith.cmpf ogt, %w, %one : f64
      scf.condition(%goes_on)
    } do {
      scf.yield
    }
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@newton' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @newton(%x, %s) args [dup] results [] : (memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

// Memory of a workgroup under two names.
!tile = memref<4xf64, #gpu.address_space<workgroup>>
func.func private @swap(%x: memref<4xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1)
             // expected-error@+1 {{derivatives pass through memory of a kernel that is carried, yielded, chosen or loaded, which is not supported; name the memory itself where it is read and written}}
             workgroup(%a : !tile, %b : !tile) {
    %v = memref.load %x[%tx] : memref<4xf64>
    memref.store %v, %a[%tx] : !tile
    %r:2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%from = %a, %to = %b) -> (!tile, !tile) {
      %u = memref.load %from[%tx] : !tile
      %w = math.sin %u : f64
      memref.store %w, %to[%tx] : !tile
      scf.yield %to, %from : !tile, !tile
    }
    %w = memref.load %r#0[%tx] : !tile
    memref.store %w, %x[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@swap' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @swap(%x, %s) args [dup] results [] : (memref<4xf64>, memref<4xf64>) -> ()
  return
}

// -----

module attributes {gpu.container_module} {
  gpu.module @kernels {
    llvm.func @kernel(%x: i64) attributes {gpu.kernel} {
      llvm.return
    }
  }
  // expected-error@+1 {{'@opaque' could not be brought into normal form}}
  func.func private @opaque(%x: i64, %y: memref<4xf64>) {
    %c1 = arith.constant 1 : index
    // expected-error@+1 {{launch of '@kernels::@kernel', which is no 'gpu.func' with a body: it cannot be differentiated}}
    gpu.launch_func @kernels::@kernel blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1) args(%x : i64)
    return
  }
  func.func @request(%x: i64, %y: memref<4xf64>, %t: memref<4xf64>) {
    // expected-note@+2 {{differentiation of '@opaque' with respect to argument #1 requested here}}
    // expected-note@+1 {{mark the arguments that reach it 'const'}}
    autodiff.vjp @opaque(%x, %y, %t) args [const, dup] results [] : (i64, memref<4xf64>, memref<4xf64>) -> ()
    return
  }
}

// -----

// What the loop's condition is computed from may be the memory that the kernel writes.
func.func private @steps(%x: memref<4xf64>, %lengths: memref<4xf64>, %y: memref<4xf64>) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %none = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %v = memref.load %x[%tx] : memref<4xf64>
    %length = memref.load %lengths[%tx] : memref<4xf64>
    // expected-error@+1 {{memory that the kernel does not write, which may be any argument of its element type that 'llvm.noalias' does not tell apart}}
    %r:2 = scf.while (%left = %length, %u = %v) : (f64, f64) -> (f64, f64) {
      %goes_on = arith.cmpf ogt, %left, %none : f64
      scf.condition(%goes_on) %left, %u : f64, f64
    } do {
    ^bb0(%left: f64, %u: f64):
      %w = math.sin %u : f64
      %uw = arith.mulf %u, %w : f64
      %less = arith.subf %left, %one : f64
      scf.yield %less, %uw : f64, f64
    }
    memref.store %r#1, %y[%tx] : memref<4xf64>
    gpu.terminator
  }
  return
}
func.func @request(%x: memref<4xf64>, %s: memref<4xf64>, %n: memref<4xf64>, %y: memref<4xf64>, %t: memref<4xf64>) {
  // expected-note@+2 {{differentiation of '@steps' with respect to arguments #0, #2 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  autodiff.vjp @steps(%x, %s, %n, %y, %t) args [dup, const, dup] results []
    : (memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>, memref<4xf64>) -> ()
  return
}
