//! Which functions run in several iterations or threads at a time: those that parallel ops call, directly or through
//! others.

use autodiff_dialect::{
    ir::{Attribute, Op},
    views::{affine, gpu, omp, scf},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// On a function that parallel ops of a module call which is not in sight.
pub const CONCURRENT: &str = "autodiff.concurrent";

/// Ops whose regions may run in parallel.
const PARALLEL: [&str; 6] = [
    scf::Parallel::NAME,
    scf::Forall::NAME,
    affine::Parallel::NAME,
    gpu::Launch::NAME,
    gpu::Func::NAME,
    omp::Parallel::NAME,
];

/// Whether an op stands in the region of one whose regions may run in parallel.
pub fn is_in_parallel(op: Op) -> bool {
    op.ancestors().any(|parent| PARALLEL.contains(&parent.name()))
}

/// The functions that are called in parallel, or marked as such.
pub fn called_in_parallel(module: Op) -> FxHashSet<Op> {
    let ops = module.walk();
    let mut known = FxHashMap::default();
    let mut callee = |call: &Op| -> Option<Op> {
        let name = call.attribute("callee").filter(|name| name.root_symbol().is_some())?;
        let scope = call.function()?.parent()?;
        *known.entry((scope, name)).or_insert_with(|| call.lookup_symbol(name))
    };
    let is_call = |op: &&Op| op.attribute("callee").is_some_and(|name: Attribute| name.root_symbol().is_some());
    let marked = ops.iter().copied().filter(|op| op.is_function() && op.attribute(CONCURRENT).is_some());
    let mut pending: Vec<_> = marked.collect();
    pending.extend(ops.iter().filter(is_call).filter(|op| is_in_parallel(**op)).filter_map(&mut callee));
    let mut called = FxHashSet::default();
    while let Some(function) = pending.pop() {
        if called.insert(function) {
            pending.extend(function.walk().iter().filter_map(&mut callee));
        }
    }
    called
}
