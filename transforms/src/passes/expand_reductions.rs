//! Turns the reductions of parallel loops that are no plain sums into sequential reductions of chunks.
//!
//! Products, extrema and bodies of any kind become what the engines and OpenMP know: a parallel loop over chunks of the
//! outermost dimension, each reduced in order by a sequential loop, and a sequential loop over what the chunks give.
//! The chunks do not depend on the number of threads, and neither does the result. Where a body uses what its iteration
//! computes, one sequential loop folds all iterations.
//!
//! 1. Choose the length of the chunks, so that there are at most [`CHUNKS`], and none if there is no iteration at all.
//! 2. In each chunk, start from the neutral element or, where the body has none, from the first value; store the result.
//! 3. Reduce the results of the chunks, in order, from the initial value.

use crate::{
    emit::{self, Nest},
    engine::Copier,
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, complex, memref, scf},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-expand-reductions",
    c"Turn reductions of parallel loops that are no plain sums into sequential reductions of chunks",
    &[],
    |_, module| {
        // Inner loops first: what holds them is moved into a new loop.
        module.walk().into_iter().rev().filter(|op| op.is::<scf::Parallel>()).for_each(expand);
        Ok(())
    },
);

/// Chunks per loop: enough for the threads of most machines.
const CHUNKS: i64 = 64;

/// Ops that give the same whichever operand stands first.
const COMMUTATIVE: [&str; 16] = [
    arith::Addf::NAME,
    arith::Addi::NAME,
    arith::Andi::NAME,
    arith::Maximumf::NAME,
    arith::Maxnumf::NAME,
    arith::Maxsi::NAME,
    arith::Maxui::NAME,
    arith::Minimumf::NAME,
    arith::Minnumf::NAME,
    arith::Minsi::NAME,
    arith::Minui::NAME,
    arith::Mulf::NAME,
    arith::Muli::NAME,
    arith::Ori::NAME,
    arith::Xori::NAME,
    complex::Add::NAME,
];

/// One reduction of a loop.
struct Reduction {
    initial: Value,
    /// What an iteration contributes.
    value: Value,
    /// The block that combines two values.
    body: Block,
    /// The neutral element of the body, if it is known.
    neutral: Option<f64>,
    /// The op that combines two values, where it is all that the body does.
    op: Option<&'static str>,
}

impl Reduction {
    fn new(end: Op, number: usize, initial: Value) -> Option<Self> {
        let op = emit::plain_reduction(end, number).filter(|name| COMMUTATIVE.contains(name));
        let neutral = match op {
            Some(arith::Addf::NAME | arith::Addi::NAME | complex::Add::NAME | arith::Ori::NAME | arith::Xori::NAME) => {
                Some(0.0)
            }
            Some(arith::Mulf::NAME | arith::Muli::NAME) => Some(1.0),
            Some(arith::Maximumf::NAME) => Some(f64::NEG_INFINITY),
            Some(arith::Minimumf::NAME) => Some(f64::INFINITY),
            _ => None,
        };
        Some(Self { initial, value: end.operand(number), body: end.body(number)?, neutral, op })
    }

    /// Whether the loop may keep it: a sum of numbers.
    fn is_kept(&self) -> bool {
        matches!(self.op, Some(arith::Addf::NAME | arith::Addi::NAME)) && !self.value.ty().is_vector()
    }

    fn ty(&self) -> Type {
        self.initial.ty()
    }

    /// The combination of two values.
    fn combine(&self, builder: &Builder, one: Value, other: Value) -> Value {
        if let Some(op) = self.op {
            // What came first stands first: at a tie of a maximum, that is where the derivative goes.
            return builder.same(op, &[one, other]);
        }
        let mut copier = Copier::default();
        copier.set(self.body.argument(0), one);
        copier.set(self.body.argument(1), other);
        let ops = self.body.ops();
        let Some((end, ops)) = ops.split_last() else { return one };
        for op in ops {
            copier.copy(builder, *op);
        }
        copier.get(end.operand(0))
    }

    /// The value after an iteration; `flag`: whether there was one before.
    fn after(&self, builder: &Builder, sum: Value, flag: Option<Value>) -> Value {
        let (None, Some(flag)) = (self.neutral, flag) else { return self.combine(builder, sum, self.value) };
        let (then, otherwise) = (Block::new(&[]), Block::new(&[]));
        let inner = Builder::at_end(then, builder.location());
        let combined = self.combine(&inner, sum, self.value);
        inner.effect(scf::Yield::NAME, &[combined]);
        Builder::at_end(otherwise, builder.location()).effect(scf::Yield::NAME, &[self.value]);
        let regions = [Region::with_block(then), Region::with_block(otherwise)];
        builder.create(scf::If::NAME, &[flag], &[self.ty()], &[], &regions).result(0)
    }

    /// A constant of the type of the values.
    fn constant(&self, builder: &Builder, number: f64) -> Option<Value> {
        let ty = self.ty();
        match ty.is_integer() || ty.is_index() {
            true => Some(builder.constant(ty, Attribute::integer(ty, number as i64))),
            false => builder.number(ty, number),
        }
    }
}

fn expand(op: Op) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let Some(end) = body.terminator().filter(|end| end.operand_count() > 0) else { return };
    let rank = body.argument_count();
    let operands = op.operands();
    let reductions: Option<Vec<_>> =
        (0..end.operand_count()).map(|number| Reduction::new(end, number, operands[3 * rank + number])).collect();
    let Some(reductions) = reductions else { return };
    if reductions.iter().all(Reduction::is_kept) {
        return;
    }
    let zeros = reductions.iter().map(|one| one.constant(&builder, 0.0)).collect::<Option<Vec<_>>>();
    let Some(zeros) = zeros.filter(|_| !uses_iteration(op, end)) else {
        let nest = Nest::new(&builder, op, body);
        let initial: Vec<_> = reductions.iter().map(|one| one.initial).collect();
        let results = nest.emit(&builder, &initial, &mut |builder, carried| {
            let builder = builder.with_location(op.location());
            reductions.iter().zip(carried).map(|(one, sum)| one.combine(&builder, *sum, one.value)).collect()
        });
        replace(op, &results);
        return;
    };
    let mut nest = Nest::new(&builder, op, body);
    let (length, chunks) = split(&builder, &nest.counts);
    let partial: Vec<_> = reductions
        .iter()
        .map(|one| emit::allocate(&builder, Type::memref(one.ty(), &[Type::DYNAMIC]), &[chunks]))
        .collect();
    let context = builder.context();
    let index = Type::index(context);

    let chunk = Block::new(&[(index, op.location())]);
    let inner = Builder::at_end(chunk, op.location());
    let number = chunk.argument(0);
    let first = emit::multiply(&inner, number, length);
    let left = emit::subtract(&inner, nest.counts[0], first);
    nest.counts[0] = inner.same(arith::Minui::NAME, &[length, left]);
    nest.first = Some((0, first));
    // The values so far and, where some body has no neutral element, whether there are any yet.
    let mut carried: Vec<_> = reductions
        .iter()
        .zip(&zeros)
        .map(|(one, zero)| one.neutral.and_then(|neutral| one.constant(&inner, neutral)).unwrap_or(*zero))
        .collect();
    let flagged = reductions.iter().any(|one| one.neutral.is_none());
    carried.extend(flagged.then(|| inner.boolean(false)));
    let results = nest.emit(&inner, &carried, &mut |builder, carried| {
        let builder = builder.with_location(op.location());
        let flag = carried.last().copied().filter(|_| flagged);
        let mut sums: Vec<_> =
            reductions.iter().zip(carried).map(|(one, sum)| one.after(&builder, *sum, flag)).collect();
        sums.extend(flag.map(|_| builder.boolean(true)));
        sums
    });
    for (buffer, result) in partial.iter().zip(&results) {
        inner.effect(memref::Store::NAME, &[*result, *buffer, number]);
    }
    emit::reduce(&inner, &[], &[]);
    let (zero, one) = (builder.index(0), builder.index(1));
    emit::parallel(&builder, &[zero, chunks, one], &[], chunk);

    let initial: Vec<_> = reductions.iter().map(|one| one.initial).collect();
    let totals = emit::counted(&builder, chunks, &initial, |inner, chunk, carried| {
        let fold = |((one, buffer), sum): ((&Reduction, &Value), &Value)| {
            let part = inner.op(memref::Load::NAME, &[*buffer, chunk], one.ty());
            one.combine(inner, *sum, part)
        };
        reductions.iter().zip(&partial).zip(carried).map(fold).collect()
    });
    for buffer in partial {
        builder.effect(memref::Dealloc::NAME, &[buffer]);
    }
    replace(op, &totals);
}

/// Whether a body uses what its iteration computes: then it combines what came before with an iteration, and no chunks.
fn uses_iteration(op: Op, end: Op) -> bool {
    let inner = end.walk().into_iter().skip(1).flat_map(Op::operands);
    inner.into_iter().any(|value| op.encloses_value(value) && !end.encloses_value(value))
}

fn replace(op: Op, results: &[Value]) {
    for (old, new) in op.results().into_iter().zip(results) {
        old.replace_all_uses_with(*new);
    }
    op.erase();
}

/// The length of the chunks of the outermost dimension and their number: zero if a dimension is empty.
fn split(builder: &Builder, counts: &[Value]) -> (Value, Value) {
    let (most, one) = (builder.index(CHUNKS), builder.index(1));
    let length = builder.same(arith::Ceildivui::NAME, &[counts[0], most]);
    let length = builder.same(arith::Maxui::NAME, &[length, one]);
    let mut chunks = builder.same(arith::Ceildivui::NAME, &[counts[0], length]);
    for count in &counts[1..] {
        // One if there is an iteration, zero else.
        let some = builder.same(arith::Minui::NAME, &[*count, one]);
        chunks = emit::multiply(builder, chunks, some);
    }
    (length, chunks)
}
