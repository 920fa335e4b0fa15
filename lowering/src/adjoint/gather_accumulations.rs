//! Turns the adjoint of a stencil from a scatter into a gather.
//!
//! The reverse of a stencil takes one cotangent and adds to several neighbours; each neighbour is loaded, added to and
//! stored several times. Where all contributions to an element exist, they can be added up first.
//!
//! 1. Find nests of two loops that accumulate into a buffer at places that differ by constants.
//! 2. For each accumulation, the iterations of the first and last rows, which reach elements that not all reach.
//! 3. For each other row of elements: a loop that reads all that it needs, computes all contributions to an element and
//!    adds their sum; the iterations of the first and last columns; and what else the nest does in the row that is not
//!    read any more, such as clearing what has been taken.
//! 4. The same for the last rows.

use crate::adjoint::{
    body::{Body, mirror},
    innermost_loops,
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Type, Value},
    state::names,
    views::{arith, memref, scf},
};
use autodiff_transforms::{
    analysis::{cost, locality::linear::Symbols},
    emit::{self, constant_index},
};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-gather-accumulations",
    c"Add up all contributions to an element before they are accumulated, in adjoints of stencils",
    &[],
    |_, module| {
        for op in innermost_loops(module) {
            if let Some(nest) = Nest::of(op) {
                let groups = nest.groups();
                if !groups.is_empty() {
                    nest.gather(&groups);
                }
            }
        }
        Ok(())
    },
);

/// Fewer accumulations are not worth a nest of their own.
const FEWEST: usize = 3;

/// Two loops, the inner one alone in the outer one but for index arithmetic.
struct Nest {
    outer: Op,
    block: Block,
    /// What stands for the number of the iteration of the outer loop, and of the inner.
    inductions: [Value; 2],
    body: Body,
}

/// One accumulation, and how far its place is from that of the first of its group, in rows and columns.
struct Member {
    op: Op,
    shift: [i64; 2],
    /// What its contribution and its indices are computed from, inside the nest, in order.
    slice: Vec<Op>,
}

impl Nest {
    fn of(inner: Op) -> Option<Self> {
        let outer = inner.parent().filter(|outer| outer.is::<scf::For>() && outer.result_count() == 0)?;
        let block = outer.body(0)?;
        let end = block.terminator()?;
        let counts = constant_index(outer.operand(0)) == Some(0) && constant_index(outer.operand(2)) == Some(1);
        let others = block.ops().into_iter().filter(|op| *op != inner && *op != end);
        let simple = others.into_iter().all(|op| op.region_count() == 0 && op.is_memory_effect_free());
        if !counts || !simple || inner.result_count() > 0 || inner.operand(1).block() == block {
            return None;
        }
        let body = Body::of(inner)?;
        let rows = mirror(outer, block).map_or(block.argument(0), |op| op.result(0));
        let this = Self { outer, block, inductions: [rows, body.induction], body };
        let mut symbols = Symbols::default();
        let takes = this.body.takes.iter().all(|take| this.runs_along(&take.operands()[1..], &mut symbols).is_some());
        takes.then_some(this)
    }

    /// The dimensions that the rows and the columns of the nest run along, if each runs along one, by one factor.
    fn runs_along(&self, indices: &[Value], symbols: &mut Symbols) -> Option<[(usize, i64); 2]> {
        let mut found = [None, None];
        for (dimension, index) in indices.iter().enumerate() {
            let factors = self.factors(*index, symbols)?;
            for (place, factor) in found.iter_mut().zip(factors).filter(|(_, factor)| *factor != 0) {
                if factors.iter().all(|factor| *factor != 0) || place.replace((dimension, factor)).is_some() {
                    return None;
                }
            }
        }
        let [rows, columns] = found;
        Some([rows?, columns?])
    }

    /// The factors of both inductions in an index that is linear in them.
    fn factors(&self, index: Value, symbols: &mut Symbols) -> Option<[i64; 2]> {
        let mut factors = [0, 0];
        for (monomial, factor) in &symbols.linear(index).terms {
            let inside = |symbol: &usize| [self.block, self.body.block].contains(&symbols.value(*symbol).block());
            match self.inductions.iter().position(|value| matches!(monomial[..], [one] if symbols.value(one) == *value))
            {
                Some(place) => factors[place] = *factor,
                None if monomial.iter().any(inside) => return None,
                None => {}
            }
        }
        Some(factors)
    }

    /// Accumulations into one buffer that can be gathered.
    fn groups(&self) -> Vec<Vec<Member>> {
        let mut buffers: Vec<Value> = vec![];
        for op in &self.body.accumulations {
            if !buffers.contains(&op.operand(1)) {
                buffers.push(op.operand(1));
            }
        }
        buffers.into_iter().filter_map(|buffer| self.group(buffer)).collect()
    }

    fn group(&self, buffer: Value) -> Option<Vec<Member>> {
        let mut symbols = Symbols::default();
        let ops: Vec<_> = self.body.accumulations.iter().copied().filter(|op| op.operand(1) == buffer).collect();
        let first = ops.first()?.operands().split_off(2);
        let dimensions = self.runs_along(&first, &mut symbols)?;
        if dimensions.iter().any(|(_, factor)| *factor != 1) {
            return None;
        }
        let mut members = vec![];
        for op in ops {
            let mut shift = [0, 0];
            for (dimension, index) in op.operands().into_iter().skip(2).enumerate() {
                let difference = symbols.linear(index).plus(&symbols.linear(first[dimension]), -1).as_constant()?;
                match dimensions.iter().position(|(along, _)| *along == dimension) {
                    Some(place) => shift[place] = difference,
                    None if difference != 0 => return None,
                    None => {}
                }
            }
            members.push(Member { op, shift, slice: self.slice(op) });
        }
        let shifts: HashSet<_> = members.iter().map(|member| member.shift).collect();
        let near = shifts.iter().flatten().all(|shift| shift.abs() < 1 << 16);
        (shifts.len() >= FEWEST && near && !self.repeats_expensive(&members)).then_some(members)
    }

    /// Whether something expensive would be computed more than once.
    fn repeats_expensive(&self, members: &[Member]) -> bool {
        let expensive = |op: &&Op| cost::is_expensive(**op);
        let others = self.body.accumulations.iter().filter(|op| members.iter().all(|member| member.op != **op));
        let kept: HashSet<_> = others.flat_map(|op| self.slice(*op)).collect();
        let mut seen: HashSet<Op> = kept;
        members.iter().flat_map(|member| member.slice.iter().filter(expensive)).any(|op| !seen.insert(*op))
    }

    /// What an accumulation is computed from, inside the nest, but for the inductions.
    fn slice(&self, accumulation: Op) -> Vec<Op> {
        let (mut wanted, mut pending) = (HashSet::new(), vec![accumulation]);
        while let Some(op) = pending.pop() {
            for value in emit::used_within(op).into_iter().filter(|value| !self.inductions.contains(value)) {
                let inside = |op: &Op| op.block() == Some(self.block) || op.block() == Some(self.body.block);
                pending.extend(value.defining_op().filter(inside).filter(|op| wanted.insert(*op)));
            }
        }
        let ops = self.block.ops().into_iter().chain(self.body.block.ops());
        ops.filter(|op| wanted.contains(op)).collect()
    }

    fn gather(&self, groups: &[Vec<Member>]) {
        let Some(builder) = Builder::before(self.outer) else { return };
        let members: Vec<_> = groups.iter().flatten().collect();
        let bounds = [self.outer.operand(1), self.body.op.operand(1)];
        let most = [0, 1].map(|axis| members.iter().map(|member| member.shift[axis]).max().unwrap_or_default());
        let least = [0, 1].map(|axis| members.iter().map(|member| member.shift[axis]).min().unwrap_or_default());
        let from = most.map(|shift| builder.index(shift));
        let to = [0, 1].map(|axis| emit::add(&builder, bounds[axis], builder.index(least[axis])));
        // The elements that are not reached by all, as numbers of iterations in front and after.
        let end = [0, 1].map(|axis| builder.same(arith::Maxsi::NAME, &[to[axis], from[axis]]));
        let zero = builder.index(0);
        let mut sides = vec![];
        for member in &members {
            let low = [0, 1].map(|axis| {
                let width = builder.index(most[axis] - member.shift[axis]);
                builder.same(arith::Minsi::NAME, &[width, bounds[axis]])
            });
            let high = [0, 1].map(|axis| {
                let last = emit::subtract(&builder, end[axis], builder.index(member.shift[axis]));
                builder.same(arith::Minsi::NAME, &[last, bounds[axis]])
            });
            for (needed, range) in
                [(most[0] > member.shift[0], [zero, low[0]]), (least[0] < member.shift[0], [high[0], bounds[0]])]
            {
                if needed {
                    looped(&builder, range, |outer, row| {
                        looped(outer, [zero, bounds[1]], |inner, column| self.scatter(inner, member, [row, column]));
                    });
                }
            }
            if most[1] > member.shift[1] {
                sides.push((*member, [zero, low[1]]));
            }
            if least[1] < member.shift[1] {
                sides.push((*member, [high[1], bounds[1]]));
            }
        }
        let rest = self.rest(&members);
        looped(&builder, [from[0], to[0]], |outer, row| {
            looped(outer, [from[1], to[1]], |inner, column| {
                // All reads before all accumulations, so that LLVM may keep what is read for the next iteration.
                let sums: Vec<_> = groups.iter().map(|group| self.add_up(inner, group, [row, column])).collect();
                for (group, sum) in groups.iter().zip(sums) {
                    self.accumulate(inner, group, sum, [row, column]);
                }
                read_first(inner.block());
            });
            for (member, range) in &sides {
                let row = emit::subtract(outer, row, outer.index(member.shift[0]));
                looped(outer, *range, |inner, column| self.scatter(inner, member, [row, column]));
            }
            let row = emit::subtract(outer, row, outer.index(most[0]));
            looped(outer, [zero, bounds[1]], |inner, column| self.keep(inner, &rest, [row, column]));
        });
        let done = emit::subtract(&builder, to[0], from[0]);
        let done = builder.same(arith::Maxsi::NAME, &[done, zero]);
        looped(&builder, [done, bounds[0]], |outer, row| {
            looped(outer, [zero, bounds[1]], |inner, column| self.keep(inner, &rest, [row, column]));
        });
        self.outer.erase();
    }

    /// What the nest does besides the accumulations that are gathered, in order.
    fn rest(&self, members: &[&Member]) -> Vec<Op> {
        let mut wanted: HashSet<Op> = HashSet::new();
        let kept = self.body.accumulations.iter().filter(|op| members.iter().all(|member| member.op != **op));
        for op in self.body.takes.iter().chain(kept) {
            wanted.insert(*op);
            wanted.extend(self.slice(*op));
        }
        let ops = self.block.ops().into_iter().chain(self.body.block.ops());
        ops.filter(|op| wanted.contains(op)).collect()
    }

    /// What is left of the nest, in one iteration.
    fn keep(&self, builder: &Builder, rest: &[Op], place: [Value; 2]) {
        self.copy(builder, rest, place, true);
    }

    /// The sum of all contributions to the element at which the group's first member accumulates in an iteration.
    fn add_up(&self, builder: &Builder, members: &[Member], place: [Value; 2]) -> Option<Value> {
        let mut sum: Option<Value> = None;
        for member in members {
            let from = [0, 1].map(|axis| {
                let shift = builder.index(member.shift[axis]);
                emit::subtract(builder, place[axis], shift)
            });
            let copies = self.copy(builder, &member.slice, from, false);
            let value = mapped(&copies, member.op.operand(0));
            sum = Some(match sum {
                Some(sum) => {
                    let sum = emit::sum(builder, sum, value);
                    sum.defining_op().into_iter().for_each(emit::allow_any_order);
                    sum
                }
                None => value,
            });
        }
        sum
    }

    /// Accumulates a sum where the group's first member accumulates in an iteration.
    fn accumulate(&self, builder: &Builder, members: &[Member], sum: Option<Value>, place: [Value; 2]) {
        if let (Some(sum), Some(first)) = (sum, members.first()) {
            let copies = self.copy(builder, &first.slice, place, false);
            let target: Vec<_> = first.op.operands()[1..].iter().map(|value| mapped(&copies, *value)).collect();
            let copy = first.op.duplicate();
            copy.set_operands(&[&[sum], &target[..]].concat());
            builder.insert(copy);
        }
    }

    /// One accumulation in one iteration.
    fn scatter(&self, builder: &Builder, member: &Member, place: [Value; 2]) {
        let copies = self.copy(builder, &member.slice, place, false);
        builder.insert(emit::remapped(member.op, |value| mapped(&copies, value)));
    }

    /// Copies ops for the iteration at a place. Unless they take for good, the copies only read.
    fn copy(&self, builder: &Builder, slice: &[Op], place: [Value; 2], for_good: bool) -> HashMap<Value, Value> {
        let mut copies: HashMap<_, _> = self.inductions.into_iter().zip(place).collect();
        for op in slice {
            let builder = builder.with_location(op.location());
            if op.name() == names::TAKE && !for_good {
                let operands: Vec<_> = op.operands().into_iter().map(|value| mapped(&copies, value)).collect();
                let read = builder.op(memref::Load::NAME, &operands, op.result(0).ty());
                copies.insert(op.result(0), read);
                continue;
            }
            let copy = builder.insert(emit::remapped(*op, |value| mapped(&copies, value)));
            copies.extend(op.results().into_iter().zip(copy.results()));
        }
        copies
    }
}

/// Moves what is read, and the index arithmetic for it, to the start of a block that overwrites nothing that it reads.
fn read_first(block: Block) {
    let ops = block.ops();
    let reads: Vec<_> = ops.iter().copied().filter(|op| matches!(op.name(), memref::Load::NAME | names::POP)).collect();
    let (mut wanted, mut pending) = (HashSet::new(), reads);
    while let Some(op) = pending.pop() {
        if wanted.insert(op) {
            let sources = emit::used_within(op).into_iter().filter_map(Value::defining_op);
            pending.extend(sources.filter(|source| source.block() == Some(block)));
        }
    }
    let Some(rest) = ops.iter().copied().find(|op| !wanted.contains(op)) else { return };
    ops.into_iter().filter(|op| wanted.contains(op)).for_each(|op| op.move_before(rest));
}

fn mapped(copies: &HashMap<Value, Value>, value: Value) -> Value {
    copies.get(&value).copied().unwrap_or(value)
}

/// A loop around some code.
fn looped(builder: &Builder, [from, to]: [Value; 2], code: impl FnOnce(&Builder, Value)) {
    let block = Block::new(&[(Type::index(builder.context()), builder.location())]);
    let inner = Builder::at_end(block, builder.location());
    code(&inner, block.argument(0));
    inner.effect(scf::Yield::NAME, &[]);
    let one = builder.index(1);
    builder.create(scf::For::NAME, &[from, to, one], &[], &[], &[Region::with_block(block)]);
}
