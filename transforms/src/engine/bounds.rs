//! How large a value in a kernel can get, for caches that must be allocated before the launch.
//!
//! Threads run loops of different lengths: from their own id to the end of a row, in strides of the block. The cache
//! has room for the longest. Bounds follow from those of the ids, which are smaller than the dims, and of induction
//! variables by interval arithmetic; what is not known to be nonnegative is multiplied with nothing.

use crate::{
    emit::{add, constant_index, multiply, subtract},
    engine::{
        Reverse,
        cache::{Execution, Place},
    },
};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Op, Value},
    views::{arith, gpu, memref},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Which bound is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Least,
    Most,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Least => Self::Most,
            Self::Most => Self::Least,
        }
    }
}

/// A value that needs a cache whose size is not known before its launch.
pub(super) fn not_on_device(value: Value) -> Box<Diagnostic> {
    let message = "the reverse sweep needs this value of a kernel, but how many there are of it is not known before \
                   the launch; compute what decides how often the loops around it run from sizes, or from memory that the \
                   kernel does not write, which may be any argument of its element type that 'llvm.noalias' does not tell \
                   apart";
    Box::new(Diagnostic::error(value.location(), message))
}

impl Reverse<'_> {
    /// Whether a block of the primal is the body of a kernel.
    pub(super) fn is_kernel(&self, block: Block) -> bool {
        block.parent_op().is_some_and(|op| self.facts().rules.get(op).is_kernel())
    }

    /// Whether a block of the primal runs in a kernel.
    pub fn is_on_device(&self, block: Block) -> bool {
        std::iter::successors(Some(block), |block| block.parent_op().and_then(Op::block))
            .any(|block| self.is_kernel(block))
    }

    /// A number, computed in a place before a launch, that a value in the kernel is never below or above.
    pub(super) fn bound(&self, value: Value, side: Side, place: &Place) -> Option<Value> {
        self.bound_once(value, side, place, 16, &mut FxHashMap::default())
    }

    /// As [`Self::bound`]; `known` is what was found before, since a value may be an operand many times over.
    fn bound_once(
        &self,
        value: Value,
        side: Side,
        place: &Place,
        depth: usize,
        known: &mut FxHashMap<(Value, Side), Option<Value>>,
    ) -> Option<Value> {
        if let Some(known) = known.get(&(value, side)) {
            return *known;
        }
        let bound = self.available(value, place).or_else(|| self.new_bound(value, side, place, depth, known));
        known.insert((value, side), bound);
        bound
    }

    fn new_bound(
        &self,
        value: Value,
        side: Side,
        place: &Place,
        depth: usize,
        known: &mut FxHashMap<(Value, Side), Option<Value>>,
    ) -> Option<Value> {
        let builder = &place.in_front;
        if depth == 0 {
            return None;
        }
        let mut of = |value, side| self.bound_once(value, side, place, depth - 1, known);
        let Some(op) = value.defining_op() else {
            let described = self.caches.described.get(&value.block())?;
            let trips = described.execution.counters().iter().find(|counter| counter.induction == value)?.trips;
            return match side {
                Side::Least => of(trips.lower, Side::Least),
                Side::Most => {
                    let end = of(trips.upper, Side::Most)?;
                    let one = builder.constant(end.ty(), Attribute::integer(end.ty(), 1));
                    Some(subtract(builder, end, one))
                }
            };
        };
        let mut operand = |index: usize, side| of(op.operand(index), side);
        match op.name() {
            arith::Addi::NAME => Some(add(builder, operand(0, side)?, operand(1, side)?)),
            arith::Subi::NAME => Some(subtract(builder, operand(0, side)?, operand(1, side.other())?)),
            arith::Muli::NAME if self.is_nonnegative(op.operand(0)) && self.is_nonnegative(op.operand(1)) => {
                Some(multiply(builder, operand(0, side)?, operand(1, side)?))
            }
            arith::Divui::NAME | arith::Divsi::NAME | arith::Ceildivui::NAME | arith::Ceildivsi::NAME
                if self.is_nonnegative(op.operand(0)) && self.is_nonnegative(op.operand(1)) =>
            {
                let divisor = self.available(op.operand(1), place)?;
                Some(builder.same(op.name(), &[operand(0, side)?, divisor]))
            }
            arith::Minsi::NAME if side == Side::Most => match (operand(0, side), operand(1, side)) {
                (Some(one), Some(other)) => Some(builder.same(op.name(), &[one, other])),
                (one, other) => one.or(other),
            },
            arith::Minsi::NAME | arith::Maxsi::NAME => {
                Some(builder.same(op.name(), &[operand(0, side)?, operand(1, side)?]))
            }
            arith::Minui::NAME | arith::Maxui::NAME
                if op.operands().iter().all(|operand| self.is_nonnegative(*operand)) =>
            {
                Some(builder.same(op.name(), &[operand(0, side)?, operand(1, side)?]))
            }
            arith::Select::NAME if op.operand(1).ty().is_index() || op.operand(1).ty().is_integer() => {
                let name = if side == Side::Most { arith::Maxsi::NAME } else { arith::Minsi::NAME };
                Some(builder.same(name, &[operand(1, side)?, operand(2, side)?]))
            }
            arith::IndexCast::NAME if self.is_nonnegative(op.operand(0)) => {
                Some(builder.op(op.name(), &[operand(0, side)?], op.result(0).ty()))
            }
            _ => None,
        }
    }

    /// Whether an integer is known to be nonnegative: ids, sizes, and what sums and products make of them.
    fn is_nonnegative(&self, value: Value) -> bool {
        let (mut seen, mut pending) = (FxHashSet::from_iter([value]), vec![value]);
        while let Some(value) = pending.pop() {
            let Some(needed) = self.nonnegative_if(value) else { return false };
            pending.extend(needed.into_iter().filter(|value| seen.insert(*value)));
        }
        true
    }

    /// The integers that have to be nonnegative for another to be so; `None`: nothing knows.
    fn nonnegative_if(&self, value: Value) -> Option<Vec<Value>> {
        let Some(op) = value.defining_op() else {
            let described = self.caches.described.get(&value.block())?;
            return match described.execution.counters().iter().find(|counter| counter.induction == value) {
                Some(counter) => Some(vec![counter.trips.lower]),
                None => matches!(described.execution, Execution::Kernel(_)).then(Vec::new),
            };
        };
        match op.name() {
            _ if op.is_constant() => constant_index(value).filter(|number| *number >= 0).map(|_| vec![]),
            memref::Dim::NAME
            | gpu::BlockDim::NAME
            | gpu::GridDim::NAME
            | gpu::LaneId::NAME
            | gpu::SubgroupId::NAME => Some(vec![]),
            gpu::SubgroupSize::NAME | gpu::NumSubgroups::NAME => Some(vec![]),
            arith::Addi::NAME
            | arith::Muli::NAME
            | arith::Divui::NAME
            | arith::Ceildivui::NAME
            | arith::Divsi::NAME
            | arith::Ceildivsi::NAME
            | arith::Minsi::NAME
            | arith::Minui::NAME
            | arith::IndexCast::NAME => Some(op.operands()),
            _ => None,
        }
    }
}
