//! The pipeline from upstream dialects to the LLVM dialect, for CPUs.

use autodiff_dialect::{
    bridge::{Pass, Pipeline},
    ir::{Attribute, Builder, Op, Type},
};

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

/// Ops whose conversion to LLVM in MLIR 22 takes vectors of several dimensions for numbers.
const FLAT: [&str; 3] = ["math.sincos", "math.isfinite", "math.isnan"];

/// The pass before `convert-math-to-llvm`.
pub static EXPAND_MATH: Pass = Pass::new(
    c"autodiff-expand-math",
    c"Rewrite math ops that the conversion to LLVM lacks, or has for vectors of one dimension only",
    &[],
    |_, module| {
        for op in module.walk() {
            match op.name() {
                "math.isinf" | "math.isnormal" => classify(op),
                name if FLAT.contains(&name) => flatten(op),
                _ => {}
            }
        }
        Ok(())
    },
);

/// Compares the size of a number with infinity, and with the smallest normal number of its type.
fn classify(op: Op) {
    let ty = op.operand(0).ty();
    let lowest = match ty.element().bit_width() {
        Some(64) => f64::MIN_POSITIVE,
        Some(16) if ty.element().is_f16() => 2f64.powi(-14),
        _ => 2f64.powi(-126),
    };
    let Some(builder) = Builder::before(op) else { return };
    let (Some(infinity), Some(lowest)) = (builder.number(ty, f64::INFINITY), builder.number(ty, lowest)) else {
        return;
    };
    let size = builder.op("math.absf", &[op.operand(0)], ty);
    let result = op.result(0).ty();
    // The numbers of arith's predicates: oeq, oge, olt.
    let compare = |predicate, other| {
        let predicate = Attribute::integer(Type::integer(op.context(), 64), predicate);
        builder.create("arith.cmpf", &[size, other], &[result], &[("predicate", predicate)], &[]).result(0)
    };
    let value = if op.name() == "math.isinf" {
        compare(1, infinity)
    } else {
        builder.op("arith.andi", &[compare(3, lowest), compare(4, infinity)], result)
    };
    op.result(0).replace_all_uses_with(value);
    op.erase();
}

fn flatten(op: Op) {
    let operand = op.operand(0);
    let shape = operand.ty().shape();
    let Some(builder) = Builder::before(op).filter(|_| operand.ty().is_vector() && shape.len() != 1) else { return };
    let size: i64 = shape.iter().product();
    let flat = |ty: Type| Type::parse(ty.context(), &format!("vector<{size}x{}>", ty.element()));
    let results: Option<Vec<_>> = op.results().iter().map(|result| flat(result.ty())).collect();
    // A vector of unknown size has no flat type; the conversion will say what it thinks of it.
    let (Some(ty), Some(results)) = (flat(operand.ty()), results) else { return };
    let operand = builder.op("vector.shape_cast", &[operand], ty);
    let attributes = op.attributes();
    let attributes: Vec<(&str, Attribute)> = attributes.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let new = builder.create(op.name(), &[operand], &results, &attributes, &[]);
    for (old, new) in op.results().into_iter().zip(new.results()) {
        old.replace_all_uses_with(builder.op("vector.shape_cast", &[new], old.ty()));
    }
    op.erase();
}

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
    "convert-linalg-to-loops,",
    "autodiff-expand-atomics,",
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
    "convert-cf-to-llvm,",
    "reconcile-unrealized-casts",
];
