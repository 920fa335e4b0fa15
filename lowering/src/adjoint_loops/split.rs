//! Splits loops that accumulate into neighbouring elements of one buffer, as the adjoints of stencils do.
//!
//! Within such a loop, each iteration adds to what the one before has added to, so LLVM makes no vectors of it.
//! Apart, the accumulations are streams.
//!
//! 1. Sort the accumulations into pieces in which no two touch the same row at different places.
//! 2. If something expensive would be computed in several pieces, leave the loop alone.
//! 3. Make a loop of each piece but the first, with what it computes from; it reads what the first piece takes.

use super::{body::Body, innermost_loops};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Value},
    state::names,
};
use autodiff_transforms::analysis::locality::linear::Symbols;
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-split-accumulations",
    c"Split innermost loops of reverse sweeps that accumulate into neighbouring elements",
    &[],
    |_, module| {
        run(module);
        Ok(())
    },
);

pub(super) fn run(module: Op) {
    for op in innermost_loops(module) {
        if let Some(body) = Body::of(op) {
            split(&body);
        }
    }
}

fn split(body: &Body) {
    let pieces = pieces(body);
    let slices: Vec<_> = pieces.iter().map(|piece| slice(body, piece)).collect();
    let dear = |op: &&Op| op.name().starts_with("math.") || op.name() == "arith.divf" || op.region_count() > 0;
    if pieces.len() < 2 || slices[1..].iter().flatten().any(|op| dear(&op)) {
        return;
    }
    let Some(place) = Builder::before(body.op) else { return };
    for (piece, slice) in pieces.iter().zip(&slices).skip(1) {
        extract(body, slice, &place);
        for op in piece {
            op.erase();
        }
    }
}

/// The accumulations of a loop, so that those of one piece do not meet.
fn pieces(body: &Body) -> Vec<Vec<Op>> {
    let mut symbols = Symbols::default();
    let mut pieces: Vec<Vec<Op>> = vec![];
    for op in &body.accumulations {
        match pieces.iter_mut().find(|piece| piece.iter().all(|other| !meet(*op, *other, &mut symbols))) {
            Some(piece) => piece.push(*op),
            None => pieces.push(vec![*op]),
        }
    }
    pieces
}

/// Whether two accumulations go to elements of one buffer that are a constant number of rows and columns apart, as the
/// points of a stencil are. If they are on one row, the iterations depend on each other; if they are not, only a
/// comparison at run time would say so.
fn meet(one: Op, other: Op, symbols: &mut Symbols) -> bool {
    let mut apart = false;
    for (a, b) in one.operands().into_iter().zip(other.operands()).skip(2) {
        match symbols.linear(a).plus(&symbols.linear(b), -1).as_constant() {
            Some(0) => {}
            Some(_) => apart = true,
            None => return false,
        }
    }
    apart && one.operand(1) == other.operand(1)
}

/// What some accumulations are computed from, inside the loop, and themselves, in order.
fn slice(body: &Body, piece: &[Op]) -> Vec<Op> {
    let mut wanted: HashSet<Op> = piece.iter().copied().collect();
    let mut ops = body.block.ops();
    ops.reverse();
    for op in &ops {
        if wanted.contains(op) {
            let sources = op.operands().into_iter().filter_map(Value::defining_op);
            wanted.extend(sources.filter(|source| source.block() == Some(body.block)));
        }
    }
    ops.into_iter().rev().filter(|op| wanted.contains(op)).collect()
}

/// Makes a loop of some ops in front of the loop that they are copied from.
fn extract(body: &Body, slice: &[Op], place: &Builder) {
    let induction = body.block.argument(0);
    let block = Block::new(&[(induction.ty(), place.location())]);
    let inner = Builder::at_end(block, place.location());
    let mut copies = HashMap::from([(induction, block.argument(0))]);
    for op in slice {
        let mapped: Vec<_> = op.operands().into_iter().map(|value| *copies.get(&value).unwrap_or(&value)).collect();
        if op.name() == names::TAKE {
            let read = inner.with_location(op.location()).op("memref.load", &mapped, op.result(0).ty());
            copies.insert(op.result(0), read);
            continue;
        }
        let copy = op.duplicate();
        copy.set_operands(&mapped);
        inner.insert(copy);
        copies.extend(op.results().into_iter().zip(copy.results()));
    }
    inner.effect("scf.yield", &[]);
    place.create(body.op.name(), &body.op.operands()[..3], &[], &[], &[Region::with_block(block)]);
}
