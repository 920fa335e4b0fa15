//! Splits parallel loops into chunks where that saves their accumulations from being atomic.
//!
//! For each outermost `scf.parallel` op with accumulations:
//!
//! 1. Plan ([`Plan`]): which dimension is cut, what becomes of each buffer.
//! 2. Compare buffers that may overlap, and choose the length of the chunks.
//! 3. Make a parallel loop over the chunks, in two turns if only neighbours conflict, with sequential loops inside.
//! 4. Give each chunk its copies of buffers that any iteration may add to; add the copies up after the loop.
//! 5. Mark the accumulations that are safe now, for `autodiff-lower`.
//!
//! Parallel loops inside parallel loops become sequential.

use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption, number_option},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Type, Value},
    state::names,
    views::{arith, memref, scf},
};
use autodiff_transforms::{
    analysis::locality::{
        Locality,
        plan::{Plan, Split, Treatment},
    },
    emit::{self, Nest},
    engine::Registry,
    rules::{elementwise::RuleBook, registry},
};
use std::collections::{HashMap, HashSet};

/// Marks accumulations that no other iteration interferes with, and parallel loops where that holds for all of them.
pub(crate) const MARK: &str = "autodiff.unshared";

pub(crate) static SERIALIZE: Pass = Pass::new(
    c"autodiff-serialize",
    c"Make parallel loops sequential, so that no addition in them has to be atomic",
    &[],
    |_, module| {
        serialize_all(module);
        Ok(())
    },
);

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-localize",
    c"Split parallel loops into chunks, so that accumulations need no atomics",
    &[PassOption::new(
        c"chunks",
        OptionKind::String,
        c"8",
        c"Chunks per loop: at least the number of threads; more balance the load, and cost memory for copies",
    )],
    |options, module| {
        let &[chunks] = options else { return Err(()) };
        let chunks = number_option("chunks", chunks, 1..=4096)
            .map_err(|message| Diagnostic::error(module.location(), message).emit())?;
        let rules = registry(RuleBook::builtin());
        let functions = module.functions();
        for function in functions {
            if function.walk().iter().any(is_parallel) {
                localize(function, &rules, chunks);
            }
        }
        Ok(())
    },
);

fn is_parallel(op: &Op) -> bool {
    op.is::<scf::Parallel>()
}

fn localize(function: Op, rules: &Registry, chunks: i64) {
    for op in function.walk().into_iter().rev().filter(is_parallel) {
        let nested = op.ancestors().any(|outer| is_parallel(&outer));
        if nested {
            serialize(op);
        }
    }
    let locality = Locality::new(function, rules);
    let loops: Vec<_> = function.walk().into_iter().filter(is_parallel).collect();
    let plans: Vec<_> = loops.into_iter().map(|op| (op, locality.plan(op))).collect();
    for (op, plan) in plans {
        let sites = locality.sites_of(op).into_iter().map(|site| &locality.sites[site]);
        let safe: Vec<Op> = match &plan {
            Plan::Keep => sites.map(|site| site.op).collect(),
            Plan::Split(split) => {
                sites.filter(|site| split.treatment(site.root) != Treatment::Atomic).map(|site| site.op).collect()
            }
        };
        if matches!(plan, Plan::Keep) && !safe.is_empty() {
            op.set_attribute(MARK, Attribute::unit(op.context()));
        }
        for site in safe {
            site.set_attribute(MARK, Attribute::unit(site.context()));
        }
        if let Plan::Split(split) = plan
            && split.buffers.iter().any(|(_, treatment)| *treatment != Treatment::Atomic)
        {
            divide(op, &split, chunks);
        }
    }
}

/// The sums of an `scf.parallel` op: initial values, what iterations add, and the ops.
struct Sums {
    initial: Vec<Value>,
    added: Vec<Value>,
    ops: Vec<&'static str>,
}

impl Sums {
    /// `None` if something else than plain sums is reduced.
    fn new(op: Op, body: Block) -> Option<Self> {
        let end = body.terminator()?;
        let initial = op.operands().split_off(3 * body.argument_count());
        let kinds = (0..end.region_count()).map(|number| emit::plain_reduction(end, number));
        let ops = kinds.map(|op| op.filter(|name| emit::is_sum(name))).collect::<Option<_>>()?;
        Some(Self { initial, added: end.operands(), ops })
    }

    fn add(&self, builder: &Builder, sums: &[Value]) -> Vec<Value> {
        let parts = self.ops.iter().zip(sums).zip(&self.added);
        parts.map(|((op, sum), added)| builder.same(op, &[*sum, *added])).collect()
    }

    fn zeros(&self, builder: &Builder) -> Option<Vec<Value>> {
        let zero = |value: &Value| match value.ty().is_differentiable() {
            true => builder.number(value.ty(), 0.0),
            false => Some(builder.constant(value.ty(), Attribute::integer(value.ty(), 0))),
        };
        self.initial.iter().map(zero).collect()
    }
}

/// Makes all parallel loops sequential, but for those that reduce by something else than sums.
pub(crate) fn serialize_all(module: Op) {
    for op in module.walk().into_iter().rev().filter(is_parallel) {
        serialize(op);
    }
}

/// Makes a parallel loop sequential; one that reduces by something else than sums stays.
fn serialize(op: Op) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let Some(sums) = Sums::new(op, body) else { return };
    let nest = Nest::new(&builder, op, body);
    let results = nest.emit(&builder, &sums.initial, &mut |builder, carried| sums.add(builder, carried));
    replace(op, &results);
}

fn replace(op: Op, results: &[Value]) {
    for (old, new) in op.results().into_iter().zip(results) {
        old.replace_all_uses_with(*new);
    }
    op.erase();
}

fn divide(op: Op, split: &Split, chunks: i64) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let Some(sums) = Sums::new(op, body) else { return };
    let Some(zeros) = sums.zeros(&builder) else { return };
    let mut nest = Nest::new(&builder, op, body);
    let count = nest.counts[split.dimension];
    let turns = split.distance();
    let length = chunk_length(&builder, count, turns, chunks, split);
    let number = builder.same(arith::Ceildivui::NAME, &[count, length]);
    let copied: Vec<_> =
        split.buffers.iter().filter(|(_, one)| *one == Treatment::Private).map(|(root, _)| *root).collect();
    let only_summed = only_summed(op, body, &copied);
    let types = copied.iter().map(|root| if only_summed.contains(root) { root.ty().widened() } else { root.ty() });
    let types: Vec<_> = types.collect();
    let copies: Vec<_> = types.iter().map(|ty| table(&builder, *ty, number)).collect();

    let context = builder.context();
    let index = Type::index(context);
    let block = Block::new(&[(index, op.location())]);
    let inner = Builder::at_end(block, op.location());
    let chunk = block.argument(0);
    let first = emit::multiply(&inner, chunk, length);
    let left = emit::subtract(&inner, count, first);
    nest.counts[split.dimension] = inner.same(arith::Minui::NAME, &[length, left]);
    nest.first = Some((split.dimension, first));
    let mut own = HashMap::new();
    for ((root, ty), copies) in copied.iter().zip(&types).zip(&copies) {
        let copy = emit::zeroed_as(&inner, *ty, *root);
        inner.effect(memref::Store::NAME, &[copy, *copies, chunk]);
        own.insert(*root, copy);
    }
    for user in body.ops().into_iter().flat_map(Op::walk) {
        for (number, value) in user.operands().into_iter().enumerate().filter(|(_, value)| value.ty().is_memref()) {
            if let Some(copy) = own_view(&inner, op, value, &mut own) {
                user.set_operand(number, copy);
                if copy.ty().element() != value.ty().element()
                    && let Some(before) = Builder::before(user)
                {
                    let element = copy.ty().element();
                    // What was rounded for the narrow buffer need not be.
                    let exact = user.operand(0).defining_op().filter(|op| op.is::<arith::Truncf>());
                    let exact = exact.map(|op| op.operand(0)).filter(|exact| exact.ty() == element);
                    let added = exact.unwrap_or_else(|| emit::converted(&before, user.operand(0), element));
                    user.set_operand(0, added);
                }
            }
        }
    }
    let results = nest.emit(&inner, &zeros, &mut |builder, carried| sums.add(builder, carried));
    emit::reduce(&inner, &results, &sums.ops);
    let all_safe = split.buffers.iter().all(|(_, treatment)| *treatment != Treatment::Atomic);
    let parallel = |builder: &Builder, bounds: &[Value], initial: &[Value]| {
        let parallel = emit::parallel(builder, bounds, initial, block);
        if all_safe {
            parallel.set_attribute(MARK, Attribute::unit(context));
        }
        parallel.results()
    };

    let (zero, one, two) = (builder.index(0), builder.index(1), builder.index(2));
    let results = match turns {
        None => parallel(&builder, &[zero, number, one], &sums.initial),
        Some(_) => emit::counted(&builder, two, &sums.initial, |builder, turn, carried| {
            parallel(builder, &[turn, number, two], carried)
        }),
    };
    for ((root, ty), copies) in copied.iter().zip(&types).zip(&copies) {
        emit::counted(&builder, number, &[], |builder, chunk, _| {
            let copy = builder.op(memref::Load::NAME, &[*copies, chunk], *ty);
            emit::accumulate_all(builder, copy, *root);
            emit::release(builder, copy);
            vec![]
        });
        emit::release(&builder, *copies);
    }
    replace(op, &results);
}

/// The buffers among some that a loop does nothing to but to accumulate, itself or into views from outside of it: the sums
/// of chunks may be wide.
fn only_summed(owner: Op, body: Block, roots: &[Value]) -> HashSet<Value> {
    let mut summed: HashSet<_> = roots.iter().copied().filter(|root| root.ty().widened() != root.ty()).collect();
    if summed.is_empty() {
        return summed;
    }
    for user in body.ops().into_iter().flat_map(Op::walk) {
        for (number, value) in user.operands().into_iter().enumerate().filter(|(_, value)| value.ty().is_memref()) {
            let source = |value: &Value| {
                let view = value.defining_op().filter(|view| !owner.encloses(*view))?;
                view.view_source(*value)
            };
            let mut sources = std::iter::successors(Some(value), source);
            if let Some(root) = sources.find(|source| roots.contains(source))
                && !(user.name() == names::ACCUMULATE && number == 1)
            {
                summed.remove(&root);
            }
        }
    }
    summed
}

/// What a chunk has in place of a buffer from outside of a loop: its copy, or a view of that. `own`: what is known.
fn own_view(builder: &Builder, owner: Op, buffer: Value, own: &mut HashMap<Value, Value>) -> Option<Value> {
    let mut views = vec![];
    let mut source = buffer;
    while !own.contains_key(&source) {
        let view = source.defining_op().filter(|view| !owner.encloses(*view))?;
        views.push(view);
        source = view.view_source(source)?;
    }
    let mut copy = *own.get(&source)?;
    for view in views.into_iter().rev() {
        let operands = view.operands().into_iter().map(|operand| if operand == source { copy } else { operand });
        let operands: Vec<_> = operands.collect();
        let new = if copy.ty().element() == source.ty().element() {
            let new = builder.insert(view.duplicate());
            new.set_operands(&operands);
            new
        } else {
            let types: Vec<_> = view.results().into_iter().map(|result| result.ty().widened()).collect();
            builder.with_location(view.location()).create(view.name(), &operands, &types, &view.attributes(), &[])
        };
        (source, copy) = (view.result(0), new.result(0));
        own.insert(source, copy);
    }
    Some(copy)
}

/// A buffer for one copy of a buffer of a type per chunk.
fn table(builder: &Builder, ty: Type, chunks: Value) -> Value {
    emit::allocate(builder, Type::memref(ty, &[Type::DYNAMIC]), &[chunks])
}

/// The iterations of a chunk: at least as many as neighbours are apart, all of them where buffers overlap.
fn chunk_length(builder: &Builder, count: Value, turns: Option<i64>, chunks: i64, split: &Split) -> Value {
    // Two turns need twice as many chunks.
    let chunks = builder.index(if turns.is_some() { chunks.saturating_mul(2) } else { chunks });
    let length = builder.same(arith::Ceildivui::NAME, &[count, chunks]);
    let least = builder.index(turns.unwrap_or(1).max(1));
    let mut length = builder.same(arith::Maxui::NAME, &[length, least]);
    let overlap = split
        .guards
        .iter()
        .map(|(one, other)| overlap(builder, *one, *other))
        .reduce(|one, other| builder.same(arith::Ori::NAME, &[one, other]));
    if let Some(overlap) = overlap {
        let all = builder.same(arith::Maxui::NAME, &[count, length]);
        length = builder.op(arith::Select::NAME, &[overlap, all, length], length.ty());
    }
    length
}

/// Whether two buffers have an address in common, as far as their first and last elements tell.
fn overlap(builder: &Builder, one: Value, other: Value) -> Value {
    let less = |a: Value, b: Value| builder.cmpi(arith::CmpIPredicate::Ult, a, b);
    let ((from, to), (other_from, other_to)) = (addresses(builder, one), addresses(builder, other));
    builder.same(arith::Andi::NAME, &[less(from, other_to), less(other_from, to)])
}

/// The address of the first element of a buffer, and the one after its last.
fn addresses(builder: &Builder, buffer: Value) -> (Value, Value) {
    let index = Type::index(builder.context());
    let ty = buffer.ty();
    let rank = ty.shape().len();
    let plain = Type::memref(ty.element(), &[]);
    let types = [vec![plain], vec![index; 1 + 2 * rank]].concat();
    let metadata = builder.create(memref::ExtractStridedMetadata::NAME, &[buffer], &types, &[], &[]).results();
    let base = builder.op(memref::ExtractAlignedPointerAsIndex::NAME, &[buffer], index);
    // Elements of up to 16 bytes: complex numbers are the widest that shadows have, vectors apart.
    let bytes = ty.element().bit_width().map_or(16, |bits| i64::from(bits.div_ceil(8)));
    let size = builder.index(bytes);
    let mut last = builder.index(0);
    let one = builder.index(1);
    for dimension in 0..rank {
        let steps = emit::subtract(builder, metadata[2 + dimension], one);
        let offset = emit::multiply(builder, steps, metadata[2 + rank + dimension]);
        last = emit::add(builder, last, offset);
    }
    let from = emit::multiply(builder, metadata[1], size);
    let from = emit::add(builder, base, from);
    let past = emit::add(builder, last, one);
    let past = emit::multiply(builder, past, size);
    (from, emit::add(builder, from, past))
}
