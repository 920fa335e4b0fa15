//! Splits loops that accumulate into neighbouring elements of one buffer, as the adjoints of stencils do.
//!
//! Within such a loop, each iteration adds to what the one before has added to, so LLVM makes no vectors of it.
//! Apart, the accumulations are streams.
//!
//! 1. Sort the accumulations into pieces in which no two touch the same row at different places.
//! 2. If something expensive would be computed in several pieces, the first piece stores what it accumulates for the
//!    others in buffers, one slot per iteration.
//! 3. Otherwise, make a loop of each piece but the first, with what it computes from, before the first; it reads
//!    what the first piece takes.

use crate::adjoint::{body::Body, innermost_loops};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Type, Value},
    state::names,
    views::{arith, memref, scf},
};
use autodiff_transforms::{
    analysis::{cost, locality::linear::Symbols},
    emit,
};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-split-accumulations",
    c"Split innermost loops of reverse sweeps that accumulate into neighbouring elements",
    &[],
    |_, module| {
        for op in innermost_loops(module) {
            if let Some(body) = Body::of(op) {
                split(&body);
            }
        }
        Ok(())
    },
);

fn split(body: &Body) {
    let pieces = pieces(body);
    let slices: Vec<_> = pieces.iter().map(|piece| slice(body, piece)).collect();
    let expensive = |op: &&Op| cost::is_expensive(**op);
    if pieces.len() < 2 {
        return;
    }
    if slices[1..].iter().flatten().any(|op| expensive(&op)) {
        pass_on(body, &pieces[1..]);
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

/// Lets other loops accumulate, from buffers, what is computed in this one. Nothing but the indices is computed again.
fn pass_on(body: &Body, pieces: &[Vec<Op>]) {
    let indices = |op: &Op| op.operands().split_off(2);
    let bound = body.op.operand(1);
    let plain = |op: &Op| {
        let slice = slice_of(body, &indices(op));
        op.operand(0).ty().is_float() && slice.iter().all(|op| op.region_count() == 0 && op.is_memory_effect_free())
    };
    let members = pieces.iter().flatten();
    let outermost = outermost(body.op, bound);
    let (Some(front), Some(end)) = (Builder::before(outermost), Builder::after(outermost)) else { return };
    let Some(behind) = Builder::after(body.op) else { return };
    if members.clone().count() > MOST_BUFFERS || !members.into_iter().all(plain) {
        return;
    }
    let zero = front.index(0);
    let size = front.same(arith::Maxsi::NAME, &[bound, zero]);
    let mut buffers: Vec<(Value, Value)> = vec![];
    for piece in pieces {
        let block = Block::new(&[(bound.ty(), front.location())]);
        let inner = Builder::at_end(block, front.location());
        let mut copies = HashMap::from([(body.block.argument(0), block.argument(0))]);
        for op in piece {
            let added = op.operand(0);
            let buffer = match buffers.iter().find(|(value, _)| *value == added) {
                Some((_, buffer)) => *buffer,
                None => {
                    let buffer = emit::allocate(&front, Type::memref(added.ty(), &[Type::DYNAMIC]), &[size]);
                    if let Some(here) = Builder::before(*op) {
                        here.effect(memref::Store::NAME, &[added, buffer, body.block.argument(0)]);
                    }
                    buffers.push((added, buffer));
                    buffer
                }
            };
            for source in slice_of(body, &indices(op)) {
                if !copies.contains_key(&source.result(0)) {
                    copy(source, &inner, &mut copies);
                }
            }
            let read = inner.op(memref::Load::NAME, &[buffer, block.argument(0)], added.ty());
            copies.insert(added, read);
            copy(*op, &inner, &mut copies);
            copies.remove(&added);
            op.erase();
        }
        inner.effect(scf::Yield::NAME, &[]);
        let bounds = &body.op.operands()[..3];
        behind.create(body.op.name(), bounds, &[], &[], &[Region::with_block(block)]);
    }
    buffers.iter().for_each(|(_, buffer)| emit::release(&end, *buffer));
}

/// The outermost op around a loop, or the loop itself, before which a buffer may stand that all its runs share.
fn outermost(op: Op, size: Value) -> Op {
    let shares =
        |op: &Op| matches!(op.name(), scf::For::NAME | scf::If::NAME | scf::While::NAME) && !op.encloses_value(size);
    std::iter::successors(Some(op), |op| op.parent().filter(shares)).last().unwrap_or(op)
}

/// More buffers cost more than vectors bring.
const MOST_BUFFERS: usize = 4;

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
    if one.operand(1) != other.operand(1) {
        return false;
    }
    let mut apart = false;
    for (a, b) in one.operands().into_iter().zip(other.operands()).skip(2) {
        match symbols.linear(a).plus(&symbols.linear(b), -1).as_constant() {
            Some(0) => {}
            Some(_) => apart = true,
            None => return false,
        }
    }
    apart
}

/// What some accumulations are computed from, inside the loop, and themselves, in order.
fn slice(body: &Body, piece: &[Op]) -> Vec<Op> {
    sources(body, piece.iter().copied().collect())
}

/// What some values are computed from, inside the loop, in order.
fn slice_of(body: &Body, values: &[Value]) -> Vec<Op> {
    let inside = |op: &Op| op.block() == Some(body.block);
    sources(body, values.iter().filter_map(|value| value.defining_op()).filter(inside).collect())
}

/// Some ops of a loop and what they are computed from, in order.
fn sources(body: &Body, mut wanted: HashSet<Op>) -> Vec<Op> {
    let mut ops = body.block.ops();
    ops.reverse();
    for op in &ops {
        if wanted.contains(op) {
            let sources = emit::used_within(*op).into_iter().filter_map(Value::defining_op);
            wanted.extend(sources.filter(|source| source.block() == Some(body.block)));
        }
    }
    ops.into_iter().rev().filter(|op| wanted.contains(op)).collect()
}

/// Makes a loop of some ops before the loop that they are copied from.
fn extract(body: &Body, slice: &[Op], place: &Builder) {
    let induction = body.block.argument(0);
    let block = Block::new(&[(induction.ty(), place.location())]);
    let inner = Builder::at_end(block, place.location());
    let mut copies = HashMap::from([(induction, block.argument(0))]);
    for op in slice {
        if op.name() == names::TAKE {
            let place = mapped(*op, &copies);
            let read = inner.with_location(op.location()).op(memref::Load::NAME, &place, op.result(0).ty());
            copies.insert(op.result(0), read);
        } else {
            copy(*op, &inner, &mut copies);
        }
    }
    inner.effect(scf::Yield::NAME, &[]);
    place.create(body.op.name(), &body.op.operands()[..3], &[], &[], &[Region::with_block(block)]);
}

fn mapped(op: Op, copies: &HashMap<Value, Value>) -> Vec<Value> {
    op.operands().into_iter().map(|value| *copies.get(&value).unwrap_or(&value)).collect()
}

fn copy(op: Op, builder: &Builder, copies: &mut HashMap<Value, Value>) {
    let copy = builder.insert(emit::remapped(op, |value| *copies.get(&value).unwrap_or(&value)));
    copies.extend(op.results().into_iter().zip(copy.results()));
}
