//! Makes plain branches of those that always go the same way, and erases the blocks that nothing reaches then.
//!
//! MLIR 22's canonicalisation may simplify a cycle of blocks that nothing reaches for ever, where an op has become its own
//! operand. So it must not meet one, nor make one: see [`CANONICALIZE`](crate::pipelines::CANONICALIZE).

use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op},
    views::cf,
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-fold-branches",
    c"Make plain branches of those with one way, and erase blocks that nothing reaches",
    &[],
    |_, module| {
        for op in module.walk() {
            fold(op);
        }
        for region in module.regions() {
            region.erase_unreachable_blocks();
        }
        Ok(())
    },
);

fn fold(op: Op) -> Option<()> {
    if !op.is::<cf::CondBr>() && !op.is::<cf::Switch>() {
        return None;
    }
    let (block, passed) = op.taken_successor()?;
    Builder::before(op)?.branch(cf::Br::NAME, &passed, &[block]);
    op.erase();
    Some(())
}
