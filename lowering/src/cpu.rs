//! The pipeline from upstream dialects to the LLVM dialect, for CPUs.

use autodiff_dialect::bridge::Pipeline;

/// Makes buffers of tensors. The boundaries of functions keep their order of parameters and results.
pub const BUFFERIZE: &str = "builtin.module(\
    convert-elementwise-to-linalg,\
    eliminate-empty-tensors,\
    empty-tensor-to-alloc-tensor,\
    one-shot-bufferize{bufferize-function-boundaries=true function-boundary-type-conversion=identity-layout-map},\
    canonicalize,\
    cse)";

/// Passes before differentiation: what has no rule of its own yet becomes what has.
pub const PREPARE: &str = "convert-linalg-to-loops,";

/// The pipeline by name.
pub static CPU_PIPELINE: Pipeline =
    Pipeline::new(c"autodiff-cpu-pipeline", c"Lower upstream dialects to the LLVM dialect for a CPU", &[], |_| {
        Ok(cpu_pipeline())
    });

/// The pipeline as text, without the `builtin.module` around it. The interface of functions stays as it is.
pub fn cpu_pipeline() -> String {
    PASSES.concat()
}

/// 1. Structured ops to loops, and vectors to what LLVM has.
/// 2. Memory: views to arithmetic on descriptors.
/// 3. Numbers: complex to real, narrow floats to wide ones, and what LLVM has no op for.
/// 4. Control flow to blocks.
/// 5. All that is left to the LLVM dialect.
const PASSES: &[&str] = &[
    "autodiff-mark-interface,",
    "convert-linalg-to-loops,",
    "autodiff-expand-atomics,",
    "autodiff-dissolve-alloca-scope,",
    "expand-realloc,",
    "func.func(lower-vector-mask,lower-vector-multi-reduction),",
    "convert-vector-to-scf{full-unroll=true},",
    "lower-affine,",
    "expand-strided-metadata,",
    "memref-expand,",
    "lower-affine,",
    "scf-forall-to-for,",
    "convert-complex-to-standard,",
    "autodiff-expand-math,",
    "math-expand-ops{ops=clampf},",
    "arith-emulate-unsupported-floats{source-types=bf16 target-type=f32},",
    "math-extend-to-supported-types{target-type=f32},",
    "convert-math-to-funcs{min-width-of-fpowi-exponent=1},",
    "arith-expand{include-bf16=true},",
    "convert-scf-to-cf,",
    "canonicalize,",
    "cse,",
    "convert-math-to-llvm,",
    "convert-math-to-libm,",
    "convert-vector-to-llvm,",
    "convert-ub-to-llvm,",
    "convert-index-to-llvm,",
    "convert-complex-to-llvm,",
    "finalize-memref-to-llvm,",
    "convert-arith-to-llvm,",
    "convert-func-to-llvm,",
    "autodiff-mark-interface,",
    "convert-cf-to-llvm,",
    "reconcile-unrealized-casts",
];
