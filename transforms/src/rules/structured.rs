//! Rules for ops that move derivatives through control flow and memory: one file per construct.

mod access;
mod allocation;
mod atomic;
mod branch;
mod call;
mod copy;
mod counted_loop;
mod gpu;
mod parallel_loop;
mod poison;
mod state;
mod tape;
mod terminator;
mod vector;
mod view;
mod while_loop;

pub(crate) use gpu::{has_partials, threads};
pub(crate) use view::other_elements;

use crate::rules::Rule;

/// Every structured rule with the op that it is for.
pub(super) fn all() -> Vec<(&'static str, &'static dyn Rule)> {
    let mut rules: Vec<(&'static str, &'static dyn Rule)> = vec![
        ("memref.load", &access::Load),
        ("memref.store", &access::Store),
        ("memref.alloc", &allocation::Allocation),
        ("memref.alloca", &allocation::Allocation),
        ("memref.dealloc", &allocation::Deallocation),
        ("memref.get_global", &allocation::Global),
        ("memref.atomic_rmw", &atomic::Atomic),
        ("memref.copy", &copy::Copy),
        ("func.call", &call::Call),
        ("scf.for", &counted_loop::CountedLoop),
        ("scf.parallel", &parallel_loop::ParallelLoop),
        ("ub.poison", &poison::Poison),
        ("scf.while", &while_loop::While),
        ("arith.select", &view::Selection),
        ("builtin.unrealized_conversion_cast", &view::Parts),
        ("memref.distinct_objects", &view::DistinctObjects),
        ("autodiff.shadow", &allocation::Allocation),
        ("autodiff.cache", &allocation::Allocation),
        ("autodiff.accumulate", &state::Accumulate),
        ("autodiff.take", &state::Take),
        ("autodiff.push", &state::Push),
        ("autodiff.pop", &state::Pop),
        ("autodiff.free", &state::Free),
        ("autodiff.pack", &tape::Pack),
        ("autodiff.unpack", &tape::Unpack),
    ];
    rules.extend(gpu::all());
    rules.extend(view::VIEWS.map(|name| (name, &view::View as &dyn Rule)));
    rules.extend(vector::MOVES.map(|name| (name, &vector::Move as &dyn Rule)));
    rules.extend(branch::BRANCHES.map(|name| (name, &branch::Branch as &dyn Rule)));
    rules.extend(terminator::TERMINATORS.map(|name| (name, &terminator::Terminator as &dyn Rule)));
    rules
}
