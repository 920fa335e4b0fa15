//! Runs iterations of outer loops together that go through the same memory ("unroll and jam").
//!
//! In `for i: for k: for j: c[i][j] += a[i][k] * b[k][j]`, each iteration of `i` goes through all of `b`. Four of them at
//! once go through it once, and do four times as much with each element that they load.
//!
//! 1. From outer loops to inner ones, find nests that go through memory in the same way in each iteration of the outer loop
//!    ([`Nest::of`]), and whose iterations may run together, step by step ([`Nest::may_run_together`]).
//! 2. Make of such a loop one that runs [`TOGETHER`] iterations at a time, and one for the rest ([`jam`]).
//! 3. Load what these iterations have stored from where it comes ([`forward`]): LLVM does not know that rows are apart.
//! 4. Look into the first of these loops again, for as long as its bodies are small.
//!
//! Nothing is computed in another order but what is independent: results stay the same to the last bit.

use crate::{
    alias::distinct::distinct,
    loops::{is_annotated, is_open},
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, memref, scf},
};
use autodiff_transforms::{
    analysis::{
        is_loop,
        locality::linear::{Symbols, mirrored},
    },
    emit::{Trips, constant_index, subtract},
};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-jam-loops",
    c"Run iterations of outer loops together that go through the same memory",
    &[],
    |_, module| {
        let mut pending = vec![module];
        while let Some(top) = pending.pop() {
            let mut left = HashSet::new();
            for op in top.walk().into_iter().filter(|op| op.is::<scf::For>()) {
                if left.contains(&op) || !Nest::of(op).is_some_and(|nest| nest.may_run_together()) {
                    continue;
                }
                // What stays for the rest runs too seldom to be looked into.
                left.extend(op.walk());
                pending.extend(jam(op));
            }
        }
        Ok(())
    },
);

/// So many iterations run at once.
const TOGETHER: usize = 4;
/// Innermost bodies with more ops than this, [`TOGETHER`] times, would not fit into registers.
const MOST_INNERMOST: usize = 32;
/// Nests of more ops are not looked into.
const MOST_OPS: usize = 128;

/// A load or a store.
struct Access {
    buffer: Value,
    indices: Vec<Value>,
    writes: bool,
    /// What runs in one piece: a block, up to the first loop in it or from one loop to the next.
    piece: (Block, usize),
    /// The induction variables of the loops around it, inside of the outer one.
    counters: Vec<Value>,
}

/// A loop with loops inside.
struct Nest {
    op: Op,
    induction: Value,
    accesses: Vec<Access>,
}

impl Nest {
    /// A loop that counts by one, carries nothing, and holds nothing but pure ops, accesses, and loops that run the same
    /// way in each of its iterations; one of its innermost loops goes through elements that it does not choose.
    fn of(op: Op) -> Option<Self> {
        let (ops, block) = (op.walk(), op.body(0)?);
        if ops.len() > MOST_OPS || !counts(op) || constant_index(op.operand(2)) != Some(1) || op.result_count() > 0 {
            return None;
        }
        let mut this = Self { op, induction: block.argument(0), accesses: vec![] };
        let mut varying = HashSet::from([this.induction]);
        this.collect(block, &mut vec![], &mut varying)?;
        let innermost = ops[1..].iter().copied().filter(|op| is_loop(op) && is_open(*op));
        let all = innermost.map(|inner| this.sharing(inner, &varying)).collect::<Option<Vec<_>>>()?;
        all.contains(&true).then_some(this)
    }

    /// Whether an innermost loop goes through elements that the outer loop does not choose, and either updates them, or
    /// has a loop around it that makes them many. Nothing if its body is too large, or stores to many rows.
    fn sharing(&self, inner: Op, varying: &HashSet<Value>) -> Option<bool> {
        let induction = inner.body(0)?.argument(0);
        let accesses: Vec<_> =
            self.accesses.iter().filter(|access| access.piece.0.parent_op() == Some(inner)).collect();
        let rows: HashSet<_> = accesses
            .iter()
            .filter(|access| access.writes && access.varies(varying))
            .map(|access| (access.buffer, &access.indices))
            .collect();
        let worth = |access: &&Access| {
            let same = access.indices.last() == Some(&induction) && !access.varies(varying);
            same && (access.writes || access.counters.len() > 1)
        };
        // LLVM compares the places of stores with each other when the program runs, but of few only.
        (inner.walk().len() <= MOST_INNERMOST && rows.len() <= 1).then(|| accesses.iter().any(worth))
    }

    /// Lists the accesses of a block, and the values that vary with the outer loop; `counters`: of the loops on the way.
    fn collect(&mut self, block: Block, counters: &mut Vec<Value>, varying: &mut HashSet<Value>) -> Option<()> {
        let mut piece = 0;
        for op in block.ops() {
            match op.name() {
                scf::Yield::NAME => {}
                scf::For::NAME => {
                    let bounds = &op.operands()[..3];
                    if !counts(op) || bounds.iter().any(|bound| self.op.encloses_value(*bound)) {
                        return None;
                    }
                    let body = op.body(0)?;
                    varying.extend(body.arguments().into_iter().skip(1).chain(op.results()));
                    counters.push(body.argument(0));
                    self.collect(body, counters, varying)?;
                    counters.pop();
                    piece += 1;
                }
                memref::Load::NAME | memref::Store::NAME => {
                    let writes = op.is::<memref::Store>();
                    let mut operands = op.operands().split_off(usize::from(writes));
                    let indices = operands.split_off(1);
                    varying.extend(op.results());
                    let counters = counters.clone();
                    let access = Access { buffer: operands[0], indices, writes, piece: (block, piece), counters };
                    self.accesses.push(access);
                }
                _ if op.region_count() == 0 && op.is_pure() => {
                    if op.operands().iter().any(|operand| varying.contains(operand)) {
                        varying.extend(op.results());
                    }
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Whether no two iterations of the outer loop are in each other's way: of two accesses that may meet in memory, and
    /// one of which writes,
    ///
    /// - both are chosen by the outer loop's induction variable, so that they meet in one iteration only,
    /// - or both run in one piece, chosen by all loops on the way to it: so they meet in the same iteration of these,
    ///   which the earlier iteration of the outer loop comes to first, as before.
    fn may_run_together(&self) -> bool {
        let mut symbols = Symbols::default();
        let pairs = self.accesses.iter().enumerate().flat_map(|(i, a)| self.accesses[i..].iter().map(move |b| (a, b)));
        pairs.into_iter().filter(|(a, b)| a.writes || b.writes).all(|(a, b)| {
            if a.buffer != b.buffer {
                return distinct(a.buffer, b.buffer);
            }
            let same: Vec<_> =
                a.indices.iter().zip(&b.indices).filter(|(a, b)| a == b).map(|(index, _)| *index).collect();
            let mut chosen = |by: &Value| same.iter().any(|index| self.follows(*index, *by, &mut symbols));
            let mut apart = || chosen(&self.induction) || (a.piece == b.piece && a.counters.iter().all(&mut chosen));
            has_own_elements(a.buffer.ty()) && !self.op.encloses_value(a.buffer) && apart()
        })
    }

    /// Whether an index is an induction variable, or its mirror image, next to what the nest leaves alone.
    fn follows(&self, index: Value, induction: Value, symbols: &mut Symbols) -> bool {
        if mirrored(index).is_some_and(|(mirrored, _)| mirrored == induction) {
            return true;
        }
        let linear = symbols.linear(index);
        let inside = |symbol: &usize| self.op.encloses_value(symbols.value(*symbol));
        let mut terms = linear.terms.iter().filter(|(monomial, _)| monomial.iter().any(inside));
        let is_it = |monomial: &[usize]| matches!(monomial, [symbol] if symbols.value(*symbol) == induction);
        terms.next().is_some_and(|(monomial, factor)| is_it(monomial) && factor.abs() == 1) && terms.next().is_none()
    }
}

impl Access {
    fn varies(&self, varying: &HashSet<Value>) -> bool {
        self.indices.iter().chain([&self.buffer]).any(|value| varying.contains(value))
    }
}

/// Whether a loop counts over signed numbers, and LLVM is not told how to treat it.
fn counts(op: Op) -> bool {
    op.attribute("unsignedCmp").is_none() && !is_annotated(op)
}

/// Whether different indices always name different places.
fn has_own_elements(buffer: Type) -> bool {
    buffer.with_element(buffer.element()) == Some(buffer)
}

/// Runs [`TOGETHER`] iterations of a loop at once, and leaves the loop as it is for the rest. Returns the new loop.
fn jam(op: Op) -> Option<Op> {
    let (body, builder) = (op.body(0)?, Builder::before(op)?);
    let (first, end) = (op.operand(0), op.operand(1));
    let ty = first.ty();
    let trips = Trips { lower: first, upper: end, step: op.operand(2), unsigned: false };
    let count = trips.count(&builder);
    let rest = builder.same(arith::Remui::NAME, &[count, builder.index(TOGETHER as i64)]);
    let middle = trips.induction(&builder, subtract(&builder, count, rest));
    let together = builder.constant(ty, Attribute::integer(ty, TOGETHER as i64));

    let block = Block::new(&[(ty, op.location())]);
    let inner = Builder::at_end(block, op.location());
    let mut copies = vec![HashMap::new(); TOGETHER];
    for (number, copy) in copies.iter_mut().enumerate() {
        let offset = inner.constant(ty, Attribute::integer(ty, number as i64));
        copy.insert(body.argument(0), inner.same(arith::Addi::NAME, &[block.argument(0), offset]));
    }
    copy_together(body, &inner, &mut copies);
    inner.effect(scf::Yield::NAME, &[]);
    let new = builder.create(scf::For::NAME, &[first, middle, together], &[], &[], &[Region::with_block(block)]);
    op.set_operand(0, middle);
    // All are found before anything is erased.
    let bodies: Vec<_> = new.walk().into_iter().filter_map(|op| op.body(0)).collect();
    bodies.into_iter().for_each(forward);
    Some(new)
}

/// What a piece of a block of a nest knows of one element.
struct Known {
    buffer: Value,
    indices: Vec<Value>,
    content: Value,
    /// The store that nothing has read from memory yet.
    store: Option<Op>,
}

/// Takes elements from where they were loaded or stored before in the same piece of a block, and leaves out stores to what
/// is stored again. In a nest, two buffers are distinct where one is written.
fn forward(block: Block) {
    let mut symbols = Symbols::default();
    let mut known: Vec<Known> = vec![];
    for op in block.ops() {
        let mut operands = op.operands();
        let skipped = match op.name() {
            memref::Load::NAME => 1,
            memref::Store::NAME => 2,
            scf::For::NAME => {
                known.clear();
                continue;
            }
            _ => continue,
        };
        let (indices, buffer) = (operands.split_off(skipped), operands[skipped - 1]);
        let mut differences = |one: &Known| -> Vec<_> {
            let mut difference = |(one, two): (&Value, &Value)| symbols.linear(*one).plus(&symbols.linear(*two), -1);
            one.indices.iter().zip(&indices).map(|pair| difference(pair).as_constant()).collect()
        };
        let mut place = None;
        let mut kept = vec![];
        for mut one in known {
            let far = if one.buffer == buffer { differences(&one) } else { vec![Some(1)] };
            if far.iter().all(|far| *far == Some(0)) {
                place = Some(one);
            } else if far.iter().any(|far| far.is_some_and(|far| far != 0)) {
                kept.push(one);
            } else if skipped == 1 {
                one.store = None;
                kept.push(one);
            }
        }
        known = kept;
        let content = match (place, skipped) {
            (Some(one), 1) => {
                op.result(0).replace_all_uses_with(one.content);
                op.erase();
                known.push(one);
                continue;
            }
            (Some(one), _) => {
                one.store.into_iter().for_each(Op::erase);
                operands[0]
            }
            (None, 1) => op.result(0),
            (None, _) => operands[0],
        };
        known.push(Known { buffer, indices, content, store: (skipped == 2).then_some(op) });
    }
}

/// Copies a block but for its terminator, each piece without loops once for each iteration, loops once for all.
fn copy_together(block: Block, builder: &Builder, copies: &mut [HashMap<Value, Value>]) {
    let mut piece = vec![];
    for op in block.ops() {
        if op.is::<scf::For>() {
            copy_piece(&piece, builder, copies);
            piece.clear();
            copy_loop(op, builder, copies);
        } else if !op.is::<scf::Yield>() {
            piece.push(op);
        }
    }
    copy_piece(&piece, builder, copies);
}

/// What is the same for all iterations is computed once.
fn copy_piece(piece: &[Op], builder: &Builder, copies: &mut [HashMap<Value, Value>]) {
    for number in 0..copies.len() {
        let (first, rest) = copies.split_at_mut(number);
        let Some(copy) = rest.first_mut() else { return };
        for op in piece {
            let operands = renamed(&op.operands(), copy);
            let same = first.first().filter(|first| op.is_pure() && renamed(&op.operands(), first) == operands);
            let results = match same {
                Some(first) => renamed(&op.results(), first),
                None => {
                    let new = builder.insert(op.duplicate());
                    new.set_operands(&operands);
                    new.results()
                }
            };
            copy.extend(op.results().into_iter().zip(results));
        }
    }
}

/// One loop for all iterations, which carries what each of them does, one after the other.
fn copy_loop(op: Op, builder: &Builder, copies: &mut [HashMap<Value, Value>]) {
    let (Some(body), location) = (op.body(0), op.location()) else { return };
    let Some(end) = body.terminator() else { return };
    let mut operands = op.operands()[..3].to_vec();
    operands.extend(copies.iter().flat_map(|copy| renamed(&op.operands()[3..], copy)));
    let carried: Vec<_> = operands[3..].iter().map(|value| value.ty()).collect();
    let block = Block::with_types(&[&[operands[0].ty()], &carried[..]].concat(), location);
    let old = body.arguments();
    let count = op.result_count();
    let places = |copy: usize| copy * count..(copy + 1) * count;
    for (number, copy) in copies.iter_mut().enumerate() {
        copy.insert(old[0], block.argument(0));
        copy.extend(old[1..].iter().copied().zip(places(number).map(|place| block.argument(1 + place))));
    }
    let inner = Builder::at_end(block, location);
    copy_together(body, &inner, copies);
    let yielded: Vec<_> = copies.iter().flat_map(|copy| renamed(&end.operands(), copy)).collect();
    inner.effect(scf::Yield::NAME, &yielded);
    let new =
        builder.with_location(location).create(scf::For::NAME, &operands, &carried, &[], &[Region::with_block(block)]);
    for (number, copy) in copies.iter_mut().enumerate() {
        copy.extend(op.results().into_iter().zip(places(number).map(|place| new.result(place))));
    }
}

/// What an iteration has in place of values; those from outside of the nest are the same for all.
fn renamed(values: &[Value], copy: &HashMap<Value, Value>) -> Vec<Value> {
    values.iter().map(|value| copy.get(value).copied().unwrap_or(*value)).collect()
}
