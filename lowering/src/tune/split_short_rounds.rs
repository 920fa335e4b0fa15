//! Leaves short rounds of triangular loops without vectors.
//!
//! In `for c: for r = c + 1 to n: q[r] += ...`, a vector of one round starts one element after those of the round
//! before.
//! Machines cannot forward stores to loads that overlap so, and wait until the stores have reached the cache: longer than
//! what vectors save, unless the rounds are long.
//!
//! 1. Find innermost loops whose lower bound varies with a loop around them, and which update elements that this loop
//!    does not choose.
//! 2. Make two of each, one for long rounds, and one for short ones that LLVM is told to leave as it is.

use crate::loops::{forbid_vectors, is_open};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region, Value},
    views::{arith, memref, scf},
};
use autodiff_transforms::{analysis::locality::linear::Symbols, emit::constant_index};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-split-short-rounds",
    c"Leave short rounds of triangular loops without vectors",
    &[],
    |_, module| {
        // All are found before anything is erased.
        let loops: Vec<_> = module.walk().into_iter().filter(|op| op.is::<scf::For>()).collect();
        let updates: Vec<_> = loops.into_iter().filter(|op| is_triangular_update(*op) == Some(true)).collect();
        updates.into_iter().for_each(|op| _ = split(op));
        Ok(())
    },
);

/// Rounds of so many iterations fill a few vectors.
const LONG: i64 = 16;

/// Whether a loop updates elements that a loop around it passes over, but does not choose.
fn is_triangular_update(op: Op) -> Option<bool> {
    if constant_index(op.operand(2)) != Some(1) || !is_open(op) {
        return None;
    }
    let inner = op.walk();
    let mut symbols = Symbols::default();
    let outer = counters(op.operand(0), &mut symbols).into_iter().find(|counter| !op.encloses_value(*counter))?;
    let induction = op.body(0)?.argument(0);
    let loads: Vec<_> = inner.iter().filter(|op| op.is::<memref::Load>()).map(|op| op.operands()).collect();
    Some(inner.iter().filter(|op| op.is::<memref::Store>()).any(|store| {
        let place = store.operands().split_off(1);
        let chosen: Vec<_> = place[1..].iter().flat_map(|index| counters(*index, &mut symbols)).collect();
        loads.contains(&place) && chosen.contains(&induction) && !chosen.contains(&outer)
    }))
}

fn split(op: Op) -> Option<()> {
    let builder = Builder::before(op)?;
    let count = builder.same(arith::Subi::NAME, &[op.operand(1), op.operand(0)]);
    let long = builder.constant(count.ty(), Attribute::integer(count.ty(), LONG));
    let is_long = builder.cmpi(arith::CmpIPredicate::Sge, count, long);
    let side = |short: bool| {
        let block = Block::new(&[]);
        let inner = Builder::at_end(block, op.location());
        let copy = inner.insert(op.duplicate());
        if short {
            forbid_vectors(copy);
        }
        inner.effect(scf::Yield::NAME, &copy.results());
        Region::with_block(block)
    };
    let types: Vec<_> = op.results().iter().map(|result| result.ty()).collect();
    let new = builder.create(scf::If::NAME, &[is_long], &types, &[], &[side(false), side(true)]);
    for (old, new) in op.results().into_iter().zip(new.results()) {
        old.replace_all_uses_with(new);
    }
    op.erase();
    Some(())
}

/// The induction variables of loops that an index is computed from.
fn counters(index: Value, symbols: &mut Symbols) -> Vec<Value> {
    let linear = symbols.linear(index);
    let used = linear.terms.keys().flatten().map(|symbol| symbols.value(*symbol));
    let counts = |value: &Value| {
        let owner = value.block().parent_op().filter(|_| value.argument_number() == Some(0));
        owner.is_some_and(|owner| owner.is::<scf::For>())
    };
    used.filter(counts).collect()
}
