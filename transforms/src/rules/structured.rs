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
mod vector_elements;
mod vector_reduction;
mod view;
mod while_loop;

pub(crate) use gpu::{has_partials, threads};

use crate::engine::Rule;
use autodiff_dialect::views::{self, arith, autodiff, builtin, func, memref, scf, ub};

/// Every structured rule with the op that it is for.
pub(super) fn all() -> Vec<(&'static str, &'static dyn Rule)> {
    let mut rules: Vec<(&'static str, &'static dyn Rule)> = vec![
        (memref::Load::NAME, &access::Load),
        (memref::Store::NAME, &access::Store),
        (memref::Alloc::NAME, &allocation::Allocation),
        (memref::Alloca::NAME, &allocation::Allocation),
        (memref::Dealloc::NAME, &allocation::Deallocation),
        (memref::GetGlobal::NAME, &allocation::Global),
        (memref::AtomicRmw::NAME, &atomic::Atomic),
        (memref::Copy::NAME, &copy::Copy),
        (func::Call::NAME, &call::Call),
        (scf::For::NAME, &counted_loop::CountedLoop),
        (scf::Parallel::NAME, &parallel_loop::ParallelLoop),
        (ub::Poison::NAME, &poison::Poison),
        (scf::While::NAME, &while_loop::While),
        (arith::Select::NAME, &view::Selection),
        (builtin::UnrealizedConversionCast::NAME, &view::Parts),
        (views::vector::FromElements::NAME, &vector_elements::FromElements),
        (views::vector::ToElements::NAME, &vector_elements::ToElements),
        (views::vector::Reduction::NAME, &vector_reduction::Reduction),
        (memref::DistinctObjects::NAME, &view::DistinctObjects),
        (autodiff::Shadow::NAME, &allocation::Allocation),
        (autodiff::Cache::NAME, &allocation::Allocation),
        (autodiff::Accumulate::NAME, &state::Accumulate),
        (autodiff::Take::NAME, &state::Take),
        (autodiff::Push::NAME, &state::Push),
        (autodiff::Pop::NAME, &state::Pop),
        (autodiff::Free::NAME, &state::Free),
        (autodiff::Pack::NAME, &tape::Pack),
        (autodiff::Unpack::NAME, &tape::Unpack),
    ];
    rules.extend(gpu::all());
    rules.extend(view::VIEWS.map(|name| (name, &view::View as &dyn Rule)));
    rules.extend(vector::MOVES.map(|name| (name, &vector::Move as &dyn Rule)));
    rules.extend(branch::BRANCHES.map(|name| (name, &branch::Branch as &dyn Rule)));
    rules.extend(terminator::TERMINATORS.map(|name| (name, &terminator::Terminator as &dyn Rule)));
    rules
}
