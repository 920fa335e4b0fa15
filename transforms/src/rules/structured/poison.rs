//! `ub.poison` as a buffer, which lifting of control flow leaves behind: its shadow is poison too. Nothing may look at
//! it.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::ir::Op;

pub(super) struct Poison;

impl Semantics for Poison {
    fn handles(&self, op: Op) -> bool {
        op.result(0).ty().is_memory()
    }

    fn flow(&self, _: Op, _: &mut Flow) {}

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Poison {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        forward.set_tangent(op.result(0), Some(copy.result(0)));
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let copy = reverse.copy(op);
        let shadows = vec![copy.result(0); reverse.width()];
        reverse.bind_shadows(op.result(0), &shadows);
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
