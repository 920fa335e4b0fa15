//! Moves what only one side of a branch uses to that side.
//!
//! What stands before a branch is computed whichever side is taken, and so is its reverse, on cotangents that are
//! zero if it was the other one.
//!
//! 1. Take each block from its end: an op that only computes numbers, each by itself, and whose users are all on one side of
//!    one branch of the block, moves to the start of that side.
//! 2. Go on with the sides, so that ops move as far as they can. None moves into a loop.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Op, Region, Type, Value},
    views::scf,
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-sink-into-branches",
    c"Move what only one side of a branch uses to that side",
    &[],
    |_, module| {
        // Outer blocks first: what moves into a branch is looked at there again.
        for block in module.walk().into_iter().flat_map(Op::regions).flat_map(Region::blocks) {
            let has_branches = block.ops().into_iter().any(|op| BRANCHES.contains(&op.name()));
            for op in block.ops().into_iter().rev().filter(|_| has_branches) {
                if let Some(start) = only_side(op, block).and_then(Block::first_op) {
                    op.move_before(start);
                }
            }
        }
        Ok(())
    },
);

/// The dialects whose pure ops may be left out. Those of others may be pure and still take several threads, as shuffles.
const DIALECTS: [&str; 4] = ["arith", "complex", "index", "math"];

const BRANCHES: [&str; 2] = [scf::If::NAME, scf::IndexSwitch::NAME];

/// The side of a branch of a block that all users of an op stand on, if it can move there.
fn only_side(op: Op, block: Block) -> Option<Block> {
    let number = |ty: Type| ty.is_float() || ty.is_complex() || ty.is_integer() || ty.is_index();
    let is_known = op.name().split_once('.').is_some_and(|(dialect, _)| DIALECTS.contains(&dialect));
    if !is_known || op.result_count() == 0 || op.region_count() > 0 || op.is_constant() || !op.is_pure() {
        return None;
    }
    if !op.results().into_iter().map(Value::ty).all(number) {
        return None;
    }
    let mut uses = op.results().into_iter().flat_map(Value::uses).map(|(user, _)| side(user, block));
    let first = uses.next()??;
    uses.all(|side| side == Some(first)).then_some(first)
}

/// The side of a branch of a block that an op stands on, however deep.
fn side(op: Op, block: Block) -> Option<Block> {
    let mut inner = op.block()?;
    if inner == block {
        return None;
    }
    loop {
        let around = inner.parent_op()?;
        let outer = around.block()?;
        if outer == block {
            return BRANCHES.contains(&around.name()).then_some(inner);
        }
        inner = outer;
    }
}
