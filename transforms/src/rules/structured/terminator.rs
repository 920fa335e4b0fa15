//! Terminators. The ops that own the blocks handle them; here is only what they say of the flow of derivatives.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::Op,
    views::{func, gpu, memref, scf},
};

/// Terminators of regions whose ops have rules.
pub(super) const TERMINATORS: [&str; 8] = [
    func::Return::NAME,
    gpu::Terminator::NAME,
    gpu::Yield::NAME,
    memref::AllocaScopeReturn::NAME,
    scf::Condition::NAME,
    scf::Reduce::NAME,
    scf::ReduceReturn::NAME,
    scf::Yield::NAME,
];

pub(super) struct Terminator;

impl Semantics for Terminator {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        // Of the function itself: the caller gets what a buffer holds, too.
        if op.is::<func::Return>() {
            op.operands().into_iter().filter(|value| value.ty().holds_buffers()).for_each(|table| flow.hand_out(table));
        }
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Terminator {
    fn jvp(&self, _: Op, _: &mut Forward) -> Result<()> {
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
