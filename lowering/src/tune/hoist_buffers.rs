//! Allocates buffers of iterations once before the loop.
//!
//! 1. Find buffers that the body of a `scf.for` allocates, in a size that the loop leaves alone, and releases: nothing
//!    else has them, and what they hold at first is not defined.
//! 2. Move the allocation before the loop, and the release after it; and so on, from inner loops to outer ones.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Op, Value},
    views::{memref, scf},
};

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-hoist-buffers", c"Allocate buffers of iterations before the loop", &[], |_, module| {
        for op in module.walk().into_iter().filter(|op| op.is::<memref::Alloc>()) {
            while let Some((owner, release)) = of_iteration(op) {
                let Some(next) = owner.next() else { break };
                op.move_before(owner);
                release.move_before(next);
            }
        }
        Ok(())
    });

/// The loop whose iterations allocate and release a buffer, and the release.
fn of_iteration(op: Op) -> Option<(Op, Op)> {
    let block = op.block()?;
    let owner = op.parent().filter(|owner| owner.is::<scf::For>())?;
    let release = |(user, _): &(Op, usize)| user.is::<memref::Dealloc>() && user.block() == Some(block);
    let (release, _) = op.result(0).uses().into_iter().find(release)?;
    let from_outside = |value: Value| {
        let home = value.block();
        home != block && !home.parent_op().is_some_and(|outer| owner.encloses(outer))
    };
    op.operands().into_iter().all(from_outside).then_some((owner, release))
}
