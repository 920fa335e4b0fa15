//! Metamorphic checks: a rewrite that keeps what a program means keeps its gradient, to rounding.
//!
//! 1. Rewrite the program by upstream's passes.
//! 2. Where the primal stays what it was, compile both with their derivatives, and compare what the gradients give.

use super::{
    check::{Verdict, start},
    diagnostics,
    execute::{self, Compiled, Failure, Mode, Values},
    program::{Argument, Program},
};
use autodiff_lowering::pipelines::CANONICALIZE;
use autodiff_tools::run::SplitMix;
use melior::{Context, ir::Module};

/// Pipelines of passes that keep the meaning of programs.
pub const REWRITES: &[&str] = &[
    "canonicalize",
    "cse",
    "loop-invariant-code-motion",
    "canonicalize,cse,loop-invariant-code-motion,canonicalize",
    "inline",
    "sroa,mem2reg",
    "sccp,canonicalize",
    "control-flow-sink",
    "fold-memref-alias-ops",
    "expand-strided-metadata",
    "normalize-memrefs",
    "buffer-hoisting,buffer-loop-hoisting",
    "promote-buffers-to-stack{max-alloc-size-in-bytes=4096}",
    "func.func(scf-for-loop-peeling)",
    "func.func(scf-for-loop-peeling{peel-front=true})",
    "func.func(scf-for-loop-canonicalization),canonicalize",
    "func.func(scf-for-loop-range-folding)",
    "func.func(scf-for-loop-specialization)",
    "func.func(scf-parallel-loop-specialization)",
    "func.func(scf-parallel-loop-fusion)",
    "func.func(scf-parallel-loop-tiling{parallel-loop-tile-sizes=2,3})",
    "func.func(scf-parallel-loop-tiling{parallel-loop-tile-sizes=3 no-min-max-bounds=true})",
    "func.func(scf-for-to-while)",
    "func.func(scf-for-to-while),canonicalize",
    "scf-forall-to-parallel",
    "scf-forall-to-for",
    "convert-scf-to-cf,canonicalize",
    "convert-scf-to-cf,lift-cf-to-scf",
    "lower-affine",
    "func.func(affine-loop-tile{tile-size=2})",
    "func.func(affine-loop-unroll{unroll-factor=2})",
    "func.func(affine-loop-unroll-jam{unroll-jam-factor=2})",
    "func.func(affine-loop-fusion)",
    "func.func(affine-loop-normalize)",
    "func.func(affine-scalrep)",
    "func.func(affine-loop-invariant-code-motion)",
    "func.func(affine-parallelize)",
    "func.func(affine-raise-from-memref)",
    "convert-linalg-to-affine-loops",
    "convert-linalg-to-parallel-loops",
    "math-uplift-to-fma",
    "expand-realloc",
];

/// The rewrite of a seed.
pub fn rewrite(seed: u64) -> &'static str {
    REWRITES[(SplitMix::new(seed ^ 0x7E5C).bits() >> 16) as usize % REWRITES.len()]
}

/// The same program after its rewrite; `None` if there is nothing to rewrite or the rewrite fails.
fn rewritten(context: &Context, program: &Program, rewrite: &str) -> Option<Program> {
    let mut module = Module::parse(context, &program.text)?;
    let before = module.as_operation().to_string();
    // As the project's own pipelines do, because upstream's may not end.
    let rewrite = rewrite.replace("canonicalize", &format!("autodiff-fold-branches,{CANONICALIZE}"));
    execute::run(context, &mut module, &format!("autodiff-settle-dims,{rewrite}")).ok()?;
    let text = module.as_operation().to_string();
    (text != before).then(|| execute::inner(&text)).flatten().map(|text| Program {
        text,
        rewrite: None,
        ..program.clone()
    })
}

/// What the gradient of a program gives, and its primal.
fn gradient(program: &Program, compiled: &Compiled) -> Result<[Values; 2], String> {
    let mut random = SplitMix::new(23);
    let mut values = start(program);
    let primal = compiled.call(program, Mode::Primal, &values)?.0;
    for (shadow, argument) in values.shadows.iter_mut().zip(&program.arguments) {
        if matches!(argument, Argument::Buffer { active: true, .. }) {
            shadow.iter_mut().for_each(|value| *value = random.uniform());
        }
    }
    values.tangents.iter_mut().flatten().for_each(|value| *value = random.uniform());
    Ok([primal, compiled.call(program, Mode::Vjp, &values)?.0])
}

/// The largest difference by the largest number there.
fn distance(a: &Values, b: &Values) -> f64 {
    let flat = |values: &Values| -> Vec<f64> {
        [&values.arguments, &values.shadows, &values.results].into_iter().flatten().flatten().copied().collect()
    };
    let (a, b) = (flat(a), flat(b));
    let scale = a.iter().fold(1.0_f64, |most, value| most.max(value.abs()));
    let pairs = a.iter().zip(&b);
    pairs
        .map(|(a, b)| (a - b).abs() / scale)
        .fold(0.0, |most, next| if next.is_nan() { f64::INFINITY } else { f64::max(most, next) })
}

/// Compares a program that has passed with its rewrite.
pub fn check(context: &Context, program: &Program, compiled: &Compiled, rewrite: &str) -> Verdict {
    let Some(other) = rewritten(context, program, rewrite) else {
        diagnostics::take();
        return Verdict::Passed;
    };
    let failed = |kind: &str, why: String| Verdict::Failed(format!("{kind} after {rewrite}"), why);
    let after = match Compiled::new(context, &other) {
        Ok(after) => after,
        Err(Failure::Invalid(why)) => return Verdict::Discarded(format!("invalid after {rewrite}: {why}")),
        Err(Failure::Refused(why)) => return Verdict::Refused(format!("after {rewrite}: {why}")),
        Err(Failure::Broken(stage, why)) => return failed(stage, why),
    };
    let limit = if program.float == "f32" { 1e-3 } else { 1e-8 };
    let both = gradient(program, compiled).and_then(|one| Ok((one, gradient(&other, &after)?)));
    match both {
        Err(why) => failed("link", why),
        Ok(([primal, _], [other_primal, _])) if distance(&primal, &other_primal) > limit => {
            Verdict::Discarded(format!("another primal after {rewrite}"))
        }
        Ok(([_, one], [_, other])) if distance(&one, &other) > limit => {
            failed("another gradient", format!("expected {one:?}\ngot      {other:?}"))
        }
        Ok(_) => Verdict::Rewritten,
    }
}
