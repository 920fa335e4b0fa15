//! Innermost loops of reverse sweeps, in the form that LLVM makes vectors of.
//!
//! Such a loop takes cotangents from shadows, computes, and accumulates into other shadows. Accumulations commute, so the
//! iterations may run in any order, and those of different accumulations apart, as long as nothing that is read is
//! written ([`body`] says when).
//!
//! 1. Move what the adjoints of a branch go through into the branch ([`sink`]).
//! 2. Take in front of a branch what both of its sides take ([`hoist`]).
//! 3. Read cotangents that are taken only to be put back ([`keep`]).
//! 4. Turn adjoints of stencils from scatters into gathers ([`gather`]).
//! 5. Split other loops that accumulate into neighbouring elements ([`split`]).
//! 6. Let loops that count backwards count forwards ([`straighten`]).

mod body;
mod distinct;
pub(crate) mod gather;
pub(crate) mod hoist;
pub(crate) mod keep;
pub(crate) mod sink;
pub(crate) mod split;
pub(crate) mod straighten;

pub(crate) use distinct::{distinct, turning_buffers};

use autodiff_dialect::{ir::Op, views::scf};
use autodiff_transforms::analysis::is_loop;
use std::collections::HashSet;

/// All of it.
pub(crate) fn improve(module: Op) {
    sink::run(module);
    hoist::run(module);
    keep::run(module);
    gather::run(module);
    split::run(module);
    straighten::run(module);
}

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
    loops.into_iter().filter(|op| op.is::<scf::For>() && !around.contains(op) && !in_kernel(*op)).collect()
}

fn in_kernel(op: Op) -> bool {
    std::iter::successors(op.parent(), |op| op.parent()).any(|op| op.name().starts_with("gpu."))
}
