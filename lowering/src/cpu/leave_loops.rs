//! Dissolves `scf.while` loops that are left at once.
//!
//! Their second region becomes blocks that nothing reaches, which MLIR's canonicalisation may simplify for ever.
//!
//! 1. Find the loops whose condition is the constant false.
//! 2. The first region takes the loop's place.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Op},
    views::{arith, scf},
};

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-leave-loops", c"Dissolve scf.while loops that are left at once", &[], |_, module| {
        let loops: Vec<_> = module.walk().into_iter().filter(|op| op.is::<scf::While>()).collect();
        // Inner loops first: they lie in regions that outer ones give up.
        for op in loops.into_iter().rev() {
            dissolve(op);
        }
        Ok(())
    });

fn dissolve(op: Op) -> Option<()> {
    let body = op.body(0)?;
    let end = body.terminator()?;
    let condition = end.operand(0).defining_op().filter(|op| op.is::<arith::Constant>())?;
    if condition.attribute("value").and_then(Attribute::as_integer) != Some(0) {
        return None;
    }
    for (argument, initial) in body.arguments().into_iter().zip(op.operands()) {
        argument.replace_all_uses_with(initial);
    }
    for (result, value) in op.results().into_iter().zip(end.operands().split_off(1)) {
        result.replace_all_uses_with(value);
    }
    for inner in body.ops().into_iter().filter(|inner| *inner != end) {
        inner.move_before(op);
    }
    op.erase();
    Some(())
}
