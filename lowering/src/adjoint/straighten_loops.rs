//! Lets loops that count backwards count forwards.
//!
//! Vectors that are read backwards have to be turned round; and where LLVM compares buffers once before a loop
//! around, a loop around that counts backwards makes it give up.
//!
//! 1. Find loops whose induction variable is used to count backwards only.
//! 2. If their iterations may run in any order, count forwards instead.

use crate::adjoint::{
    body::{Body, commutes, mirror},
    innermost_loops,
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Op},
    views::scf,
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-straighten-loops",
    c"Let loops of reverse sweeps count forwards where the order does not matter",
    &[],
    |_, module| {
        for op in innermost_loops(module) {
            let Some(backwards) = op.body(0).and_then(|block| mirror(op, block)) else { continue };
            if let Some(body) = Body::of(op)
                && !body.accumulations.is_empty()
            {
                turn(backwards, body.block);
            }
        }
        // All are found before anything is erased.
        let loops: Vec<_> = module.walk().into_iter().filter(|op| op.is::<scf::For>() && !op.is_in_kernel()).collect();
        for op in loops {
            if let Some(block) = op.body(0)
                && let Some(backwards) = mirror(op, block)
                && commutes(op, block)
            {
                turn(backwards, block);
            }
        }
        Ok(())
    },
);

fn turn(backwards: Op, block: Block) {
    backwards.result(0).replace_all_uses_with(block.argument(0));
    backwards.erase();
}
