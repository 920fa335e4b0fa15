//! Counting first: how long the longest run of a loop in a kernel is, found by a small kernel before the launch.
//!
//! Where the length of a loop depends on numbers that threads compute, nothing that the host knows bounds it. But each
//! thread can work it out before the launch, by the part of the kernel that decides it (`analysis/kernel_slice.rs`): the
//! small kernel has the same grid, the same branches and loops around the place, and raises a cell to the largest length
//! that a thread finds.
//!
//! 1. Copy the launch, and give the copy what it needs from outside.
//! 2. Count where the loop stands: its trips, or how often the first region of a loop runs that only then knows.
//! 3. Erase what does not belong to the part.

use crate::{
    analysis::kernel_slice::KernelSlice,
    emit::{self, Storage, Trips, add},
    engine::{Execution, Reverse, cache::Place},
};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, memref, ub},
};
use rustc_hash::FxHashMap;

/// A copy of a launch, which is in no block yet.
struct Counting {
    launch: Op,
    /// The ops of the primal and those of the copy, outer ops first.
    ops: Vec<(Op, Op)>,
    /// By the values of the primal.
    values: FxHashMap<Value, Value>,
}

impl Reverse<'_> {
    /// The largest number of runs of a loop's block in a kernel, as a number before its launch; `None` if it cannot
    /// be known there.
    pub(super) fn counted_first(&mut self, source: Block, root: Block, place: &Place) -> Option<Value> {
        let (rules, activity) = (self.facts().rules, self.facts().activity);
        let counted = source.parent_op()?;
        let mut around = counted.ancestors();
        let launch = around.find(|op| rules.get(*op).is_kernel())?;
        // Memory before the launch is as the place sees it, if nothing stands between them.
        if launch.block() != Some(root) {
            return None;
        }
        let trips = match &self.caches.described.get(&source)?.execution {
            Execution::Counted(counter) => Some(counter.trips),
            Execution::Walked(_) => None,
            _ => return None,
        };
        let slice = match trips {
            Some(trips) => {
                let bounds = [trips.lower, trips.upper, trips.step];
                KernelSlice::of(launch, &bounds, counted.parent()?, rules, activity)?
            }
            // What decides whether it goes on belongs to the loop itself.
            None => KernelSlice::of(launch, &[], counted, rules, activity)?,
        };
        let counting = Counting::new(launch);
        counting.drop_idle(&slice);
        let connected = self.connect(&counting, &slice, place);
        let bounds = trips.map(|trips| self.in_copy(&counting, trips, place));
        if connected.is_none() || matches!(bounds, Some(None)) {
            counting.launch.erase();
            return None;
        }

        let outer = &place.in_front;
        let long = Type::integer(outer.context(), 64);
        let cell = emit::allocate_in(Storage::Heap, outer, Type::memref(long, &[]), &[]);
        let zero = outer.constant(long, Attribute::integer(long, 0));
        outer.effect(memref::Store::NAME, &[zero, cell]);
        counting.count(counted, bounds.flatten(), cell);
        counting.erase_others(&slice);
        outer.insert(counting.launch);
        let most = outer.op(memref::Load::NAME, &[cell], long);
        emit::release(outer, cell);
        Some(outer.op(arith::IndexCast::NAME, &[most], Type::index(outer.context())))
    }

    /// Gives what stays in the copy its values from outside the launch; `None` if the place does not see one of them.
    fn connect(&self, counting: &Counting, slice: &KernelSlice, place: &Place) -> Option<()> {
        let mut seen = FxHashMap::default();
        for (_, new) in counting.ops.iter().filter(|(old, _)| slice.stays(*old)) {
            for (number, value) in new.operands().into_iter().enumerate() {
                if counting.launch.encloses_value(value) {
                    continue;
                }
                let available = match seen.get(&value) {
                    Some(available) => *available,
                    None => self.available(value, place)?,
                };
                seen.insert(value, available);
                new.set_operand(number, available);
            }
        }
        Some(())
    }

    /// The bounds of a loop in the copy.
    fn in_copy(&self, counting: &Counting, trips: Trips, place: &Place) -> Option<Trips> {
        let number = |value| counting.values.get(&value).copied().or_else(|| self.available(value, place));
        Some(Trips { lower: number(trips.lower)?, upper: number(trips.upper)?, step: number(trips.step)?, ..trips })
    }
}

impl Counting {
    fn new(launch: Op) -> Self {
        let copy = launch.duplicate();
        let ops: Vec<_> = launch.walk().into_iter().zip(copy.walk()).collect();
        let mut values = FxHashMap::default();
        let blocks = |op: Op| op.regions().into_iter().flat_map(Region::blocks);
        for (old, new) in &ops {
            values.extend(old.results().into_iter().zip(new.results()));
            for (old, new) in blocks(*old).zip(blocks(*new)) {
                values.extend(old.arguments().into_iter().zip(new.arguments()));
            }
        }
        Self { launch: copy, ops, values }
    }

    /// Forwards nothing to whom nothing needs.
    fn drop_idle(&self, slice: &KernelSlice) {
        let new: FxHashMap<_, _> = self.ops.iter().copied().collect();
        for (op, number) in slice.idle() {
            if let Some((op, builder)) = new.get(&op).and_then(|new| Some((*new, Builder::before(*new)?))) {
                let nothing = builder.op(ub::Poison::NAME, &[], op.operand(number).ty());
                op.set_operand(number, nothing);
            }
        }
    }

    /// Raises the cell where a loop stands: to its trips or, without any, to how often its first region runs.
    fn count(&self, counted: Op, trips: Option<Trips>, cell: Value) -> Option<()> {
        let (_, counted) = *self.ops.iter().find(|(old, _)| *old == counted)?;
        let (before, behind) = (Builder::before(counted)?, Builder::after(counted)?);
        let (long, index) = (Type::integer(before.context(), 64), Type::index(before.context()));
        let (place, count) = match trips {
            Some(trips) => (before, trips.count(&before)),
            None => {
                let start = Builder::at_start(self.launch.body(0)?, counted.location());
                let own = emit::allocate_in(Storage::Stack, &start, Type::memref(index, &[]), &[]);
                before.effect(memref::Store::NAME, &[before.index(0), own]);
                let run = Builder::at_start(counted.body(0)?, counted.location());
                let runs = run.op(memref::Load::NAME, &[own], index);
                let one = run.index(1);
                run.effect(memref::Store::NAME, &[add(&run, runs, one), own]);
                (behind, behind.op(memref::Load::NAME, &[own], index))
            }
        };
        let count = place.op(arith::IndexCast::NAME, &[count], long);
        place.atomic_rmw(memref::AtomicRMWKind::Maxu, count, &[cell]);
        Some(())
    }

    /// Erases what does not belong to the part; what stands after goes first.
    fn erase_others(&self, slice: &KernelSlice) {
        let mut gone: Vec<_> = self.ops.iter().filter(|(old, _)| slice.is_other(*old)).collect();
        gone.reverse();
        for (_, new) in gone {
            new.erase();
        }
    }
}
