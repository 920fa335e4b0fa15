//! Innermost loops of reverse sweeps, in the form that LLVM makes vectors of.
//!
//! Such a loop takes cotangents from shadows, computes, and accumulates into other shadows. Accumulations commute, so the
//! iterations may run in any order, and those of different accumulations apart, as long as nothing that is read is
//! written ([`body`] says when).
//!
//! 1. Move what the adjoints of a branch go through into the branch ([`sink_adjoints`]).
//! 2. Take before a branch what both of its sides take ([`hoist_takes`]).
//! 3. Read cotangents that are taken only to be put back ([`keep_cotangents`]).
//! 4. Turn adjoints of stencils from scatters into gathers ([`gather_accumulations`]).
//! 5. Split other loops that accumulate into neighbouring elements ([`split_accumulations`]).
//! 6. Let loops that count backwards count forwards ([`straighten_loops`]).

mod body;
pub(crate) mod gather_accumulations;
pub(crate) mod hoist_takes;
pub(crate) mod keep_cotangents;
pub(crate) mod sink_adjoints;
pub(crate) mod split_accumulations;
pub(crate) mod straighten_loops;

use autodiff_dialect::{ir::Op, views::scf};
use autodiff_transforms::analysis::is_loop;
use std::collections::HashSet;

/// All of it, as text.
pub(crate) const PASSES: &str = "autodiff-sink-adjoints,autodiff-hoist-takes,autodiff-keep-cotangents,\
                                 autodiff-gather-accumulations,autodiff-split-accumulations,autodiff-straighten-loops";

/// Loops without loops inside, but for those of GPU kernels: their vectors are threads.
fn innermost_loops(module: Op) -> Vec<Op> {
    let loops: Vec<_> = module.walk().into_iter().filter(is_loop).collect();
    let mut around = HashSet::new();
    for op in &loops {
        // What is around an op that is known to be around a loop is known, too.
        let mut outer = op.parent();
        while let Some(op) = outer.filter(|op| around.insert(*op)) {
            outer = op.parent();
        }
    }
    loops.into_iter().filter(|op| op.is::<scf::For>() && !around.contains(op) && !op.is_in_kernel()).collect()
}
