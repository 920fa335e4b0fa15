//! Analyses: they read IR, return data, and change nothing.

pub mod activity;
pub mod buffers;
pub mod cache_plan;
pub mod captures;
pub mod concurrency;
pub mod conditionals;
pub mod flow;
pub mod fusion;
pub mod inlining;
pub mod kernel_slice;
pub mod locality;
pub mod memory;
pub mod overwrite;
pub mod preaccumulation;
pub mod rerun;
pub mod wide_shadows;

use autodiff_dialect::{
    ir::Op,
    views::{llvm, scf, ub},
};

/// Whether an op is a loop of `scf`.
pub fn is_loop(op: &Op) -> bool {
    matches!(op.name(), scf::For::NAME | scf::While::NAME | scf::Parallel::NAME)
}

/// Whether an op says that nothing comes after it.
pub fn is_unreachable(op: Op) -> bool {
    matches!(op.name(), ub::Unreachable::NAME | llvm::Unreachable::NAME)
}
