//! Turns the reductions of parallel loops that are no plain sums into sequential reductions of chunks.
//!
//! Products, extrema and bodies of any kind become what the engines and OpenMP know: a parallel loop over chunks of the
//! outermost dimension, each reduced in order by a sequential loop, and a sequential loop over what the chunks give.
//! The chunks do not depend on the number of threads, and neither does the result.
//!
//! 1. Choose the number of chunks: none if there is no iteration at all, at most [`CHUNKS`].
//! 2. In each chunk, start from the neutral element or, where the body has none, from the first value; store the result.
//! 3. Reduce the results of the chunks, in order, from the initial value.

use crate::{
    emit::{self, Trips},
    engine::Copier,
    rules::structured::plain_reduction,
};
use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-expand-reductions",
    c"Turn reductions of parallel loops that are no plain sums into sequential reductions of chunks",
    &[],
    |_, module| {
        let mut result = Ok(());
        // Inner loops first: what holds them is moved into a new loop.
        for op in module.walk().into_iter().rev().filter(|op| op.name() == "scf.parallel") {
            if let Err(error) = expand(op) {
                error.emit();
                result = Err(());
            }
        }
        result
    },
);

/// Chunks per loop: enough for the threads of most machines.
const CHUNKS: i64 = 64;

/// Ops that give the same whichever operand stands first.
const COMMUTATIVE: [&str; 16] = [
    "arith.addf",
    "arith.addi",
    "arith.andi",
    "arith.maximumf",
    "arith.maxnumf",
    "arith.maxsi",
    "arith.maxui",
    "arith.minimumf",
    "arith.minnumf",
    "arith.minsi",
    "arith.minui",
    "arith.mulf",
    "arith.muli",
    "arith.ori",
    "arith.xori",
    "complex.add",
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
        let op = plain_reduction(end, number).filter(|name| COMMUTATIVE.contains(name));
        let neutral = match op {
            Some("arith.addf" | "arith.addi" | "complex.add" | "arith.ori" | "arith.xori") => Some(0.0),
            Some("arith.mulf" | "arith.muli") => Some(1.0),
            Some("arith.maximumf") => Some(f64::NEG_INFINITY),
            Some("arith.minimumf") => Some(f64::INFINITY),
            _ => None,
        };
        Some(Self { initial, value: end.operand(number), body: end.body(number)?, neutral, op })
    }

    /// Whether the loop may keep it: a sum of numbers.
    fn is_kept(&self) -> bool {
        matches!(self.op, Some("arith.addf" | "arith.addi")) && !self.value.ty().is_vector()
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

    /// A constant of the type of the values.
    fn constant(&self, builder: &Builder, number: f64) -> Option<Value> {
        let ty = self.ty();
        match ty.is_integer() || ty.is_index() {
            true => Some(builder.constant(ty, Attribute::integer(ty, number as i64))),
            false => builder.number(ty, number),
        }
    }
}

fn expand(op: Op) -> Result<(), Box<Diagnostic>> {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return Ok(()) };
    let Some(end) = body.terminator().filter(|end| end.operand_count() > 0) else { return Ok(()) };
    let rank = body.argument_count();
    let operands = op.operands();
    let reductions: Option<Vec<_>> =
        (0..end.operand_count()).map(|number| Reduction::new(end, number, operands[3 * rank + number])).collect();
    let Some(reductions) = reductions else { return Ok(()) };
    if reductions.iter().all(Reduction::is_kept) {
        return Ok(());
    }
    let Some(zeros) = reductions.iter().map(|one| one.constant(&builder, 0.0)).collect::<Option<Vec<_>>>() else {
        let message = "'scf.parallel' op reduces values of a type that has no constant zero; use numbers or vectors";
        return Err(Box::new(Diagnostic::error(op.location(), message)));
    };
    let trips = |dimension: usize| Trips {
        lower: operands[dimension],
        upper: operands[rank + dimension],
        step: operands[2 * rank + dimension],
        unsigned: false,
    };
    let counts: Vec<_> = (0..rank).map(|dimension| trips(dimension).count(&builder)).collect();
    let chunks = number_of_chunks(&builder, &counts);
    let partial: Vec<_> = reductions.iter().map(|one| allocate(&builder, one.ty(), chunks)).collect();
    let context = builder.context();
    let index = Type::index(context);

    let chunk = Block::new(&[(index, op.location())]);
    let inner = Builder::at_end(chunk, op.location());
    let number = chunk.argument(0);
    let one = inner.index(1);
    let boundary = |chunk: Value| {
        let scaled = emit::multiply(&inner, chunk, counts[0]);
        inner.op("arith.divui", &[scaled, chunks], index)
    };
    let first = boundary(number);
    let next = emit::add(&inner, number, one);
    let last = boundary(next);
    // The values so far and, where some body has no neutral element, whether there are any yet.
    let mut carried: Vec<_> = reductions
        .iter()
        .zip(&zeros)
        .map(|(one, zero)| one.neutral.and_then(|neutral| one.constant(&inner, neutral)).unwrap_or(*zero))
        .collect();
    let flagged = reductions.iter().any(|one| one.neutral.is_none());
    carried.extend(flagged.then(|| inner.boolean(false)));
    let zero = inner.index(0);
    let nest = Nest { op, body, trips: (0..rank).map(trips).collect(), reductions: &reductions, flagged };
    let bounds: Vec<_> =
        (0..rank).map(|dimension| if dimension == 0 { (first, last) } else { (zero, counts[dimension]) }).collect();
    let results = nest.emit(&inner, &bounds, 0, &carried);
    for (buffer, result) in partial.iter().zip(&results) {
        inner.effect("memref.store", &[*result, *buffer, number]);
    }
    inner.effect("scf.reduce", &[]);
    let (zero, one) = (builder.index(0), builder.index(1));
    let segments = Attribute::dense_i32(context, &[1, 1, 1, 0]);
    let attributes = [("operandSegmentSizes", segments)];
    builder.create("scf.parallel", &[zero, chunks, one], &[], &attributes, &[Region::with_block(chunk)]);

    let initial: Vec<_> = reductions.iter().map(|one| one.initial).collect();
    let totals = counted(&builder, (zero, chunks), &initial, |inner, chunk, carried| {
        let fold = |((one, buffer), sum): ((&Reduction, &Value), &Value)| {
            let part = inner.op("memref.load", &[*buffer, chunk], one.ty());
            one.combine(inner, *sum, part)
        };
        reductions.iter().zip(&partial).zip(carried).map(fold).collect()
    });
    for buffer in partial {
        builder.effect("memref.dealloc", &[buffer]);
    }
    for (old, new) in op.results().into_iter().zip(totals) {
        old.replace_all_uses_with(new);
    }
    op.erase();
    Ok(())
}

/// The sequential loops of one chunk.
struct Nest<'a> {
    op: Op,
    body: Block,
    trips: Vec<Trips>,
    reductions: &'a [Reduction],
    flagged: bool,
}

impl Nest<'_> {
    /// Emits the loops from a dimension on; gives what they carry in the end.
    fn emit(&self, builder: &Builder, bounds: &[(Value, Value)], dimension: usize, carried: &[Value]) -> Vec<Value> {
        let Some((bound, rest)) = bounds.split_first() else { return self.iteration(builder, carried) };
        counted(builder, *bound, carried, |inner, number, carried| {
            let induction = self.trips[dimension].induction(inner, number);
            self.body.argument(dimension).replace_all_uses_with(induction);
            self.emit(inner, rest, dimension + 1, carried)
        })
    }

    /// Moves the body of the loop here and combines what it contributes with what there is.
    fn iteration(&self, builder: &Builder, carried: &[Value]) -> Vec<Value> {
        let end = self.body.terminator();
        for op in self.body.ops().into_iter().filter(|op| Some(*op) != end) {
            op.detach();
            builder.insert(op);
        }
        let builder = builder.with_location(self.op.location());
        let flag = carried.last().copied().filter(|_| self.flagged);
        let mut results: Vec<_> = self
            .reductions
            .iter()
            .zip(carried)
            .map(|(one, sum)| match (one.neutral, flag) {
                (None, Some(flag)) => {
                    let (then, otherwise) = (Block::new(&[]), Block::new(&[]));
                    let inner = Builder::at_end(then, builder.location());
                    let combined = one.combine(&inner, *sum, one.value);
                    inner.effect("scf.yield", &[combined]);
                    Builder::at_end(otherwise, builder.location()).effect("scf.yield", &[one.value]);
                    let regions = [Region::with_block(then), Region::with_block(otherwise)];
                    builder.create("scf.if", &[flag], &[one.ty()], &[], &regions).result(0)
                }
                _ => one.combine(&builder, *sum, one.value),
            })
            .collect();
        results.extend(flag.map(|_| builder.boolean(true)));
        results
    }
}

/// A sequential loop with step one.
fn counted(
    builder: &Builder,
    (lower, upper): (Value, Value),
    initial: &[Value],
    body: impl FnOnce(&Builder, Value, &[Value]) -> Vec<Value>,
) -> Vec<Value> {
    let location = builder.location();
    let types: Vec<_> = initial.iter().map(|value| value.ty()).collect();
    let mut arguments = vec![(Type::index(builder.context()), location)];
    arguments.extend(types.iter().map(|ty| (*ty, location)));
    let block = Block::new(&arguments);
    let inner = Builder::at_end(block, location);
    let yielded = body(&inner, block.argument(0), &block.arguments()[1..]);
    inner.effect("scf.yield", &yielded);
    let one = builder.index(1);
    let operands = [&[lower, upper, one], initial].concat();
    builder.create("scf.for", &operands, &types, &[], &[Region::with_block(block)]).results()
}

fn allocate(builder: &Builder, element: Type, size: Value) -> Value {
    let segments = Attribute::dense_i32(builder.context(), &[1, 0]);
    let ty = Type::memref(element, &[Type::DYNAMIC]);
    builder.create("memref.alloc", &[size], &[ty], &[("operandSegmentSizes", segments)], &[]).result(0)
}

/// The size of the outermost dimension, at most [`CHUNKS`]; zero if another dimension is empty.
fn number_of_chunks(builder: &Builder, counts: &[Value]) -> Value {
    let most = builder.index(CHUNKS);
    let mut chunks = builder.same("arith.minui", &[counts[0], most]);
    let one = builder.index(1);
    for count in &counts[1..] {
        // One if there is an iteration, zero else.
        let some = builder.same("arith.minui", &[*count, one]);
        chunks = emit::multiply(builder, chunks, some);
    }
    chunks
}
