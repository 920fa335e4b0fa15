//! Analyses: they read IR, return data, and change nothing.

pub mod activity;
pub mod addresses;
pub mod buffers;
pub mod cache_plan;
pub mod captures;
pub mod concurrency;
pub mod conditionals;
pub mod cost;
pub mod flow;
pub mod fusion;
pub mod inlining;
pub mod kernel_slice;
pub mod locality;
pub mod memory;
pub mod overwrite;
pub mod preaccumulation;
pub mod rerun;
pub mod semantics;
pub mod wide_shadows;

pub use crate::emit::is_loop;

use autodiff_dialect::{
    ir::Op,
    views::{llvm, ub},
};

/// Whether an op says that nothing comes after it.
pub fn is_unreachable(op: Op) -> bool {
    matches!(op.name(), ub::Unreachable::NAME | llvm::Unreachable::NAME)
}
