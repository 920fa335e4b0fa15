//! The pipeline from upstream dialects to the LLVM dialect, for CPUs.

use crate::adjoint;
use autodiff_dialect::bridge::{self, OptionKind, PassOption, Pipeline};

/// Passes after differentiation that make the most of the iterations of parallel loops; `threads`: how many there are.
pub fn lower_state(threads: Option<u32>) -> String {
    match threads {
        // A few chunks for each thread balance the load.
        Some(threads) => format!(
            "autodiff-refuse-tensor-loops,scf-forall-to-parallel,lower-affine,autodiff-expand-reductions,\
             autodiff-localize{{chunks={}}},autodiff-lower,",
            threads.saturating_mul(CHUNKS_PER_THREAD).min(4096)
        ),
        None => "autodiff-lower{sequential=true},".to_owned(),
    }
}

/// What comes first if threads run the iterations of parallel loops.
pub const OUTLINE: &str = "autodiff-refuse-tensor-loops,scf-forall-to-parallel,autodiff-outline-iterations,";

const CHUNKS_PER_THREAD: u32 = 2;

static OPTIONS: [PassOption; 2] = [
    PassOption::new(
        c"openmp",
        OptionKind::Bool,
        c"false",
        c"Run the iterations of parallel loops on the threads of OpenMP",
    ),
    PassOption::new(c"tune", OptionKind::Bool, c"true", c"Tune for the machine, as autodiff-tune-pipeline does"),
];

/// Registers the pipelines.
pub(crate) fn register() {
    bridge::register_pipeline(&CPU_PIPELINE);
    bridge::register_pipeline(&LOWER_PIPELINE);
    bridge::register_pipeline(&TUNE_PIPELINE);
}

/// The options that the lowering of the state ops has as a pass, too.
pub(crate) const SUBGROUP_SIZE: PassOption = PassOption::new(
    c"subgroup-size",
    OptionKind::Integer,
    c"32",
    c"The least number of lanes of a subgroup, which add up what they add to one place",
);
pub(crate) const STREAM_ABOVE: PassOption = PassOption::new(
    c"stream-above",
    OptionKind::Integer,
    c"64",
    c"Arrays of the forward sweep of more MiB together are stored past the processor's caches",
);

/// Adjoints in the form that LLVM makes vectors of, and then no state.
static LOWER_PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-lower",
    c"Lower derivatives: improve the loops of their reverse sweeps, and lower the state ops of the autodiff dialect",
    &[
        PassOption::new(
            c"sequential",
            OptionKind::Bool,
            c"false",
            c"Make parallel loops sequential, so that no addition in them has to be atomic",
        ),
        SUBGROUP_SIZE,
        STREAM_ABOVE,
    ],
    |options| {
        let &[sequential, lanes, above] = options else { return Err(String::new()) };
        let serialize = if sequential == "true" { "autodiff-serialize," } else { "" };
        Ok(format!(
            "autodiff-join-tapes,{serialize}{},autodiff-lower-state{{subgroup-size={lanes} stream-above={above}}}",
            adjoint::PASSES
        ))
    },
);

/// The pipeline by name.
static CPU_PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-cpu-pipeline",
    c"Lower upstream dialects to the LLVM dialect for a CPU",
    &OPTIONS,
    |options| Ok(passes(options.first() == Some(&"true"), options.get(1) != Some(&"false"))),
);

/// What the pipeline for CPUs does for speed alone, by name.
static TUNE_PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-tune-pipeline",
    c"Change the order of work and the layout of memory to suit a CPU, and no result beyond rounding",
    &[],
    |_| Ok(TUNE.trim_end_matches(',').to_owned()),
);

/// The passes of the wing `tune`, but for those that are part of the lowering of caches.
const TUNE: &str = "autodiff-hoist-buffers,autodiff-merge-buffers,autodiff-split-short-rounds,\
                    autodiff-jam-loops,autodiff-guard-calls,";

/// The pipeline for CPUs as text, without the `builtin.module` around it. The interface of functions stays as it is.
pub fn cpu_pipeline(openmp: bool) -> String {
    passes(openmp, true)
}

/// Canonicalisation that cuts no blocks off. MLIR 22's may simplify a cycle of blocks that nothing reaches for ever, even in
/// one rewrite; so `autodiff-fold-branches` runs before it where a program may have blocks.
pub const CANONICALIZE: &str = "canonicalize{disable-patterns=\"(anonymous namespace)::SimplifyConstCondBranchPred\"}";

/// Control flow to blocks, in memory that is linear in its length: upstream keeps a record of every op that it moves, of all
/// that stand after each loop, unless it may not undo that.
pub(crate) const SCF_TO_CF: &str = "convert-scf-to-cf{allow-pattern-rollback=false},";

/// 1. Structured ops to loops, and vectors to what LLVM has.
/// 2. Memory: views to arithmetic on descriptors.
/// 3. Numbers: complex to real, narrow floats to wide ones, and what LLVM has no op for.
/// 4. Control flow to blocks; with OpenMP, parallel loops to its ops.
/// 5. All that is left to the LLVM dialect.
fn passes(openmp: bool, tune: bool) -> String {
    let with_openmp = |passes| if openmp { passes } else { "" };
    [
        with_openmp(OUTLINE),
        "autodiff-settle-dims,\
         autodiff-settle-memory,\
         autodiff-mark-interface,\
         autodiff-mark-distinct,",
        if tune { TUNE } else { "" },
        "convert-linalg-to-loops,",
        if openmp { "autodiff-expand-atomics," } else { "autodiff-expand-atomics{sequential=true}," },
        "autodiff-dissolve-alloca-scope,\
         expand-realloc,\
         func.func(lower-vector-mask,lower-vector-multi-reduction),\
         convert-vector-to-scf{full-unroll=true},\
         lower-affine,\
         expand-strided-metadata,\
         memref-expand,\
         lower-affine,",
        // And then to blocks, as `scf.parallel`: the pass that makes `scf.for` of it crashes on tensors.
        "autodiff-refuse-tensor-loops,scf-forall-to-parallel,\
         autodiff-expand-complex,",
        // What an atomic update compares and exchanges.
        with_openmp("autodiff-expand-device-atomics{host=true},"),
        "convert-complex-to-standard,\
         autodiff-expand-math,\
         math-expand-ops{ops=clampf},\
         arith-emulate-unsupported-floats{source-types=bf16 target-type=f32},\
         math-extend-to-supported-types{target-type=f32},\
         convert-math-to-funcs{min-width-of-fpowi-exponent=1},\
         arith-expand{include-bf16=true},\
         autodiff-fold-branches,",
        CANONICALIZE,
        ",",
        with_openmp(
            "autodiff-expand-reductions,convert-scf-to-openmp,autodiff-lock-reductions,autodiff-dissolve-alloca-scope,",
        ),
        SCF_TO_CF,
        // Finds the branches that are always taken.
        "sccp,\
         autodiff-fold-branches,",
        CANONICALIZE,
        ",cse,",
        // Once more, now that bodies are folded.
        with_openmp("autodiff-expand-device-atomics{host=true},"),
        "convert-math-to-llvm,\
         convert-math-to-libm,\
         convert-vector-to-llvm,\
         convert-ub-to-llvm,\
         convert-index-to-llvm,\
         convert-complex-to-llvm,",
        // Before memory: updates of it may have bodies, which are converted with them only if nothing is left to do there.
        "convert-arith-to-llvm,\
         finalize-memref-to-llvm,",
        with_openmp("convert-openmp-to-llvm,"),
        "convert-func-to-llvm,\
         autodiff-mark-interface,\
         convert-cf-to-llvm,\
         reconcile-unrealized-casts,\
         autodiff-finish-lowering",
    ]
    .concat()
}
