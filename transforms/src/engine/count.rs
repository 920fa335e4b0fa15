//! Counting first: how long the longest run of a loop in a kernel is, found by a small kernel in front of the launch.
//!
//! Where the length of a loop is read from memory, nothing that the host knows bounds it. But each thread can work it
//! out before the launch, if that memory is not written by it: the small kernel has the same grid, the same branches
//! and loops around the place, and nothing else but the numbers that they need. It raises a cell to the largest length
//! that a thread finds.

use crate::{
    emit::{self, Storage, Trips},
    engine::{Counter, Execution, Reverse, cache::Place, copy::remapped},
};
use autodiff_dialect::ir::{Attribute, Block, Builder, EffectKind, Op, Region, Type, Value};
use rustc_hash::FxHashMap;

/// The number of `arith::AtomicRMWKind::maxu`.
const LARGEST: i64 = 7;
/// How deep the numbers that a length is computed from may be nested.
const DEPTH: usize = 32;

/// The numbers that the small kernel has, by those of the primal.
type Numbers = FxHashMap<Value, Value>;

/// A loop in a launch and what is around it.
struct Nest<'a> {
    launch: Op,
    /// From the outermost op in the kernel to the loop itself.
    path: &'a [Op],
    trips: Trips,
    cell: Value,
}

impl Reverse<'_> {
    /// The largest number of iterations of a loop in a kernel, as a number in front of its launch; `None` if it cannot
    /// be known there.
    pub(super) fn counted_first(&mut self, source: Block, trips: Trips, root: Block, place: &Place) -> Option<Value> {
        let parents = std::iter::successors(source.parent_op(), |op| op.parent());
        let mut path: Vec<_> = parents.take_while(|op| !self.facts().rules.get(*op).is_kernel()).collect();
        path.reverse();
        let launch = path.first()?.parent()?;
        // Memory in front of the launch is as the place sees it, if nothing stands between them.
        let body = launch.body(0).filter(|_| launch.block() == Some(root))?;
        let inputs = launch.operands().into_iter().map(|value| self.available(value, place, DEPTH));
        let inputs = inputs.collect::<Option<Vec<_>>>()?;
        let (outer, location) = (&place.in_front, place.in_front.location());
        let long = Type::integer(outer.context(), 64);
        let cell = emit::allocate_in(Storage::Heap, outer, Type::memref(long, &[]), &[]);
        let zero = outer.constant(long, Attribute::integer(long, 0));
        outer.effect("memref.store", &[zero, cell]);
        let arguments: Vec<_> = body.arguments().into_iter().map(|value| (value.ty(), location)).collect();
        let block = Block::new(&arguments);
        let numbers = body.arguments().into_iter().zip(block.arguments()).filter(|(old, _)| !old.ty().is_memory());
        let kernel = Builder::at_end(block, location);
        let nest = Nest { launch, path: &path, trips, cell };
        let counted = self.count_in(&nest, 0, &kernel, &mut numbers.collect());
        kernel.effect("gpu.terminator", &[]);
        let attributes = launch.attributes();
        let attributes: Vec<_> = attributes.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let counting = outer.create(launch.name(), &inputs, &[], &attributes, &[Region::with_block(block)]);
        if counted.is_none() {
            counting.erase();
        }
        let most = outer.op("memref.load", &[cell], long);
        emit::release(outer, cell);
        counted?;
        Some(outer.op("arith.index_cast", &[most], Type::index(outer.context())))
    }

    /// Emits the branches and loops around the loop, from one of them on, and in them the comparison.
    fn count_in(&self, nest: &Nest, level: usize, builder: &Builder, numbers: &mut Numbers) -> Option<()> {
        let (op, context) = (*nest.path.get(level)?, builder.context());
        let mut number = |value| self.again(nest, value, builder, numbers, DEPTH);
        let Some(next) = nest.path.get(level + 1) else {
            let trips = Trips {
                lower: number(nest.trips.lower)?,
                upper: number(nest.trips.upper)?,
                step: number(nest.trips.step)?,
                unsigned: nest.trips.unsigned,
            };
            let count = trips.count(builder);
            let long = Type::integer(context, 64);
            let count = builder.op("arith.index_cast", &[count], long);
            let kind = [("kind", Attribute::integer(long, LARGEST))];
            builder.create("memref.atomic_rmw", &[count, nest.cell], &[long], &kind, &[]);
            return Some(());
        };
        if op.name() == "scf.if" {
            let condition = number(op.operand(0))?;
            let (mut regions, mut counted) = (vec![], Some(()));
            for source in op.regions() {
                let block = Block::new(&[]);
                let inner = Builder::at_end(block, builder.location());
                if source.first_block().is_some_and(|block| block.encloses(*next)) {
                    counted = self.count_in(nest, level + 1, &inner, numbers);
                }
                inner.effect("scf.yield", &[]);
                regions.push(Region::with_block(block));
            }
            // Built even if it is in vain: what is left over in no region could not be erased.
            builder.create("scf.if", &[condition], &[], &[], &regions);
            return counted;
        }
        let described = op.body(0).and_then(|body| self.caches.described.get(&body))?;
        let Execution::Counted(Counter { trips, induction }) = described.execution else { return None };
        let bounds = [number(trips.lower)?, number(trips.upper)?, number(trips.step)?];
        let block = Block::new(&[(induction.ty(), builder.location())]);
        numbers.insert(induction, block.argument(0));
        let inner = Builder::at_end(block, builder.location());
        let counted = self.count_in(nest, level + 1, &inner, numbers);
        inner.effect("scf.yield", &[]);
        let unsigned = [("unsignedCmp", Attribute::unit(context))];
        let attributes = if trips.unsigned { &unsigned[..] } else { &[] };
        builder.create("scf.for", &bounds, &[], attributes, &[Region::with_block(block)]);
        counted
    }

    /// A number of a thread, computed again from what is there before the launch.
    fn again(
        &self,
        nest: &Nest,
        value: Value,
        builder: &Builder,
        numbers: &mut Numbers,
        depth: usize,
    ) -> Option<Value> {
        if let Some(known) = numbers.get(&value) {
            return Some(*known);
        }
        if !nest.launch.encloses_value(value) {
            return Some(self.counterpart(value));
        }
        let op = value.defining_op().filter(|_| depth > 0)?;
        let repeatable = |op: Op| match self.facts().rules.get(op).reads_only(op) {
            _ if op.is_terminator() => true,
            Some(buffer) => !self.is_written_in(nest.launch, buffer),
            // Who exchanges values with other threads would have to meet them.
            None => {
                let reads = op.effects().is_some_and(|effects| effects.is_empty());
                reads && (!op.name().starts_with("gpu.") || op.operand_count() == 0)
            }
        };
        if !op.walk().into_iter().all(repeatable) {
            return None;
        }
        let used = op.walk().into_iter().flat_map(Op::operands).filter(|operand| !op.encloses_value(*operand));
        for operand in used {
            let new = self.again(nest, operand, builder, numbers, depth - 1)?;
            numbers.insert(operand, new);
        }
        let copy = builder.insert(remapped(op, |operand| numbers.get(&operand).copied().unwrap_or(operand)));
        for (old, new) in op.results().into_iter().zip(copy.results()) {
            numbers.insert(old, new);
        }
        numbers.get(&value).copied()
    }

    /// Whether an op in a launch may write to a buffer, or frees it.
    fn is_written_in(&self, launch: Op, buffer: Value) -> bool {
        let (activity, rules) = (self.activity(), self.facts().rules);
        let same = |value: Value| {
            activity.representative(value) == activity.representative(buffer)
                || match (activity.class(value), activity.class(buffer)) {
                    (Some(one), Some(other)) => one.may_alias(other),
                    _ => true,
                }
        };
        launch.walk().into_iter().filter(|op| !rules.get(*op).touches_no_memory()).any(|op| match op.effects() {
            None => true,
            Some(effects) => effects.iter().any(|effect| {
                matches!(effect.kind, EffectKind::Write | EffectKind::Free) && effect.value.is_none_or(same)
            }),
        })
    }
}
