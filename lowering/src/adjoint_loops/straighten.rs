//! Lets loops that count backwards count forwards.
//!
//! Vectors that are read backwards have to be turned round.
//!
//! 1. Find innermost loops whose induction variable is used to count backwards only.
//! 2. If their iterations may run in any order, count forwards instead.

use super::{
    body::{Body, mirror},
    innermost_loops,
};
use autodiff_dialect::{bridge::Pass, ir::Op};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-straighten-loops",
    c"Let innermost loops of reverse sweeps count forwards where the order does not matter",
    &[],
    |_, module| {
        run(module);
        Ok(())
    },
);

pub(super) fn run(module: Op) {
    for op in innermost_loops(module) {
        let Some(backwards) = op.body(0).and_then(|block| mirror(op, block)) else { continue };
        if let Some(body) = Body::of(op)
            && !body.accumulations.is_empty()
        {
            backwards.result(0).replace_all_uses_with(body.block.argument(0));
            backwards.erase();
        }
    }
}
