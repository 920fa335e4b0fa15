//! Takes before a branch what both of its sides take.
//!
//! A branch that touches no memory is a choice between numbers, which LLVM makes vectors of.
//!
//! 1. Find places that both sides of an `scf.if` take, each before anything that may touch the same element.
//! 2. Take before the branch instead.

use crate::alias::distinct::distinct;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Op},
    state::names,
    views::scf,
};
use autodiff_transforms::analysis::locality::linear::Symbols;

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-hoist-takes", c"Take before a branch what both of its sides take", &[], |_, module| {
        let branches: Vec<_> = module.walk().into_iter().filter(|op| op.is::<scf::If>()).collect();
        // Inner branches first: what they take may be taken further out then.
        for branch in branches.into_iter().rev() {
            let (Some(then), Some(otherwise)) = (branch.body(0), branch.body(1)) else { continue };
            let others = early_takes(branch, otherwise);
            for take in early_takes(branch, then) {
                if let Some(other) = others.iter().find(|other| other.operands() == take.operands()) {
                    other.result(0).replace_all_uses_with(take.result(0));
                    other.erase();
                    take.move_before(branch);
                }
            }
        }
        Ok(())
    });

/// The takes of one side that may be made before the branch, in any order.
fn early_takes(branch: Op, side: Block) -> Vec<Op> {
    let mut symbols = Symbols::default();
    let (mut takes, mut early) = (vec![], vec![]);
    for op in side.ops() {
        match op.name() {
            names::TAKE => {
                let outside = op.operands().iter().all(|value| !branch.encloses_value(*value));
                if outside && takes.iter().all(|other| apart(op, *other, &mut symbols)) {
                    early.push(op);
                }
                takes.push(op);
            }
            names::POP if op.operand_count() > 1 && !op.result(0).ty().is_cache() => {}
            _ if op.is_memory_effect_free() => {}
            _ => break,
        }
    }
    // A take that is left where it is must not come after one that might be of the same element.
    early.retain(|op| takes.iter().all(|other| other == op || apart(*op, *other, &mut symbols)));
    early
}

/// Whether two takes are of different elements: of distinct buffers, or with an index that differs by a constant.
fn apart(one: Op, other: Op, symbols: &mut Symbols) -> bool {
    let (a, b) = (one.operands(), other.operands());
    if distinct(a[0], b[0]) {
        return true;
    }
    let differs = |(a, b)| symbols.linear(a).plus(&symbols.linear(b), -1).as_constant().is_some_and(|by| by != 0);
    a[0] == b[0] && a.into_iter().zip(b).skip(1).any(differs)
}
