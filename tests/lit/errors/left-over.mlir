// A pipeline to LLVM succeeds only if all of a program is LLVM's in the end: what is left over is an error at its place.
// RUN: autodiff-opt %s --split-input-file --autodiff-cpu-pipeline --verify-diagnostics

// expected-error @below {{'func.func' op: a CPU has no memory space '#gpu.address_space<workgroup>'}}
// expected-note @below {{'autodiff-gpu-host-pipeline' runs kernels on a CPU}}
func.func @workgroup(%a: memref<4xf64, #gpu.address_space<workgroup>>, %i: index) -> f64 {
  %v = memref.load %a[%i] : memref<4xf64, #gpu.address_space<workgroup>>
  return %v : f64
}

// -----

func.func @table(%i: index) -> f64 {
  // expected-error @below {{'memref.alloc' op: a CPU has no memory space}}
  // expected-note @below {{'autodiff-gpu-host-pipeline' runs kernels on a CPU}}
  %a = memref.alloc() : memref<1xmemref<4xf64, #gpu.address_space<private>>>
  // expected-error @below {{a CPU has no memory space}}
  // expected-note @below {{runs kernels}}
  %b = memref.load %a[%i] : memref<1xmemref<4xf64, #gpu.address_space<private>>>
  %v = memref.load %b[%i] : memref<4xf64, #gpu.address_space<private>>
  return %v : f64
}

// -----

// expected-error @below {{'func.func' op has no conversion to LLVM on a CPU}}
// expected-note @below {{it has the type 'tensor<4xf64>'; make buffers of tensors first, as by '--one-shot-bufferize'}}
func.func @tensor(%x: tensor<4xf64>, %i: index) -> f64 {
  // expected-error @below {{'tensor.extract' op has no conversion to LLVM on a CPU}}
  // expected-note @below {{it has the type 'tensor<4xf64>'; make buffers of tensors first}}
  %v = tensor.extract %x[%i] : tensor<4xf64>
  return %v : f64
}

// -----

func.func @thread() -> index {
  // expected-error @below {{'gpu.thread_id' op has no conversion to LLVM on a CPU}}
  %i = gpu.thread_id x
  return %i : index
}

// -----

func.func @barrier() {
  // expected-error @below {{'nvvm.barrier0' op has no conversion to LLVM on a CPU}}
  nvvm.barrier0
  // expected-error @below {{'llvm.call_intrinsic' op has no conversion to LLVM on a CPU}}
  llvm.call_intrinsic "llvm.amdgcn.s.barrier"() : () -> ()
  return
}

// -----

func.func @index_in_memory(%p: !llvm.ptr, %i: i64) -> (!llvm.ptr, !llvm.ptr) {
  // expected-error @below {{'llvm.getelementptr' op has no conversion to LLVM on a CPU}}
  %q = llvm.getelementptr %p[%i] : (!llvm.ptr, i64) -> !llvm.ptr, index
  // expected-error @below {{'llvm.getelementptr' op has no conversion to LLVM on a CPU}}
  %r = llvm.getelementptr %q[%i] : (!llvm.ptr, i64) -> !llvm.ptr, !llvm.struct<(i64, index)>
  // expected-error @below {{'llvm.alloca' op has no conversion to LLVM on a CPU}}
  %s = llvm.alloca %i x tuple<f32> : (i64) -> !llvm.ptr
  return %r, %s : !llvm.ptr, !llvm.ptr
}

// -----

// expected-error @below {{'@llvm.sqrt.f64' has a name that LLVM keeps for its intrinsics}}
func.func @llvm.sqrt.f64(%x: f64) -> f64 {
  return %x : f64
}
// A declaration is the intrinsic itself.
func.func private @llvm.cos.f64(%x: f64) -> f64
func.func @cos(%x: f64) -> f64 {
  %y = func.call @llvm.cos.f64(%x) : (f64) -> f64
  return %y : f64
}

// -----

// expected-error @below {{'func.func' op: LLVM has no type 'complex<tf32>'}}
func.func @table(%a: memref<?xcomplex<tf32>>, %i: index) -> f64 {
  // expected-error @below {{'memref.load' op: LLVM has no type 'complex<tf32>'}}
  %z = memref.load %a[%i] : memref<?xcomplex<tf32>>
  // expected-error @below {{'complex.constant' op: LLVM has no type 'complex<f8E4M3FN>'}}
  %w = complex.constant [1.0 : f8E4M3FN, 2.0 : f8E4M3FN] : complex<f8E4M3FN>
  %y = arith.constant 1.0 : f64
  return %y : f64
}

// -----

// expected-error @below {{'@tanh' would be called in place of the C library's function that 'math.tanh' becomes a call of}}
func.func @tanh(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}
// None of its ops is in the program.
func.func @cosh(%x: f64) -> f64 {
  return %x : f64
}
