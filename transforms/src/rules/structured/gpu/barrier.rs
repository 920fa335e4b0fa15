//! `gpu.barrier`, and ops that concern the host's view of a device.
//!
//! What a barrier keeps apart in the primal it keeps apart in the reverse, where it stands at the mirrored place: in
//! the same loops, and in the same branches, whose conditions are the same for all threads of a block as they were.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{ir::Op, views::gpu};

pub(crate) struct Barrier;

/// The launch around an op.
fn launch_around(op: Op) -> Option<Op> {
    op.ancestors().find(|parent| parent.is::<gpu::Launch>())
}

impl Semantics for Barrier {
    fn flow(&self, _: Op, _: &mut Flow) {}

    /// Only in a kernel that has something to reverse.
    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        launch_around(op).is_some_and(|launch| launch.walk().into_iter().any(|inner| activity.moves_derivative(inner)))
    }

    fn touches_no_memory(&self) -> bool {
        true
    }
}

impl Rule for Barrier {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.builder().with_location(op.location()).effect(gpu::Barrier::NAME, &[]);
        Ok(())
    }
}

/// Waiting for a device, or telling it of the host's memory: what the reverse launches, it waits for.
pub(crate) struct Wait;

impl Semantics for Wait {
    fn flow(&self, _: Op, _: &mut Flow) {}

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }

    fn touches_no_memory(&self) -> bool {
        true
    }
}

impl Rule for Wait {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
