//! How large a value in a kernel can get, for caches that must be allocated in front of the launch.
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
};

/// Which bound is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
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

/// A value that needs a cache whose size is not known in front of its launch.
pub(super) fn not_on_device(value: Value) -> Box<Diagnostic> {
    let message = "the reverse sweep needs this value of a kernel, but how many there are of it is not known in front of \
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

    /// A number, computed in a place in front of a launch, that a value in the kernel is never below or above.
    pub(super) fn bound(&self, value: Value, side: Side, place: &Place, depth: usize) -> Option<Value> {
        if let Some(known) = self.available(value, place, 16) {
            return Some(known);
        }
        let builder = &place.in_front;
        if depth == 0 {
            return None;
        }
        let of = |value, side| self.bound(value, side, place, depth - 1);
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
        let operand = |index: usize, side| of(op.operand(index), side);
        match op.name() {
            "arith.addi" => Some(add(builder, operand(0, side)?, operand(1, side)?)),
            "arith.subi" => Some(subtract(builder, operand(0, side)?, operand(1, side.other())?)),
            "arith.muli" if self.is_nonnegative(op.operand(0), 16) && self.is_nonnegative(op.operand(1), 16) => {
                Some(multiply(builder, operand(0, side)?, operand(1, side)?))
            }
            "arith.divui" | "arith.divsi" | "arith.ceildivui" | "arith.ceildivsi"
                if self.is_nonnegative(op.operand(0), 16) && self.is_nonnegative(op.operand(1), 16) =>
            {
                let divisor = self.available(op.operand(1), place, 16)?;
                Some(builder.same(op.name(), &[operand(0, side)?, divisor]))
            }
            "arith.minsi" if side == Side::Most => match (operand(0, side), operand(1, side)) {
                (Some(one), Some(other)) => Some(builder.same(op.name(), &[one, other])),
                (one, other) => one.or(other),
            },
            "arith.minsi" | "arith.maxsi" => Some(builder.same(op.name(), &[operand(0, side)?, operand(1, side)?])),
            "arith.minui" | "arith.maxui" if op.operands().iter().all(|operand| self.is_nonnegative(*operand, 16)) => {
                Some(builder.same(op.name(), &[operand(0, side)?, operand(1, side)?]))
            }
            "arith.select" if op.operand(1).ty().is_index() || op.operand(1).ty().is_integer() => {
                let name = if side == Side::Most { "arith.maxsi" } else { "arith.minsi" };
                Some(builder.same(name, &[operand(1, side)?, operand(2, side)?]))
            }
            "arith.index_cast" if self.is_nonnegative(op.operand(0), 16) => {
                Some(builder.op(op.name(), &[operand(0, side)?], op.result(0).ty()))
            }
            _ => None,
        }
    }

    /// Whether an integer is known to be nonnegative: ids, sizes, and what sums and products make of them.
    fn is_nonnegative(&self, value: Value, depth: usize) -> bool {
        let Some(op) = value.defining_op() else {
            let Some(described) = self.caches.described.get(&value.block()) else { return false };
            let counter = described.execution.counters().iter().find(|counter| counter.induction == value);
            return match counter {
                Some(counter) => depth > 0 && self.is_nonnegative(counter.trips.lower, depth - 1),
                None => matches!(described.execution, Execution::Kernel(_)),
            };
        };
        let all = || op.operands().into_iter().all(|operand| self.is_nonnegative(operand, depth - 1));
        match op.name() {
            _ if op.is_constant() => constant_index(value).is_some_and(|number| number >= 0),
            "memref.dim" | "gpu.block_dim" | "gpu.grid_dim" | "gpu.lane_id" | "gpu.subgroup_id" => true,
            "gpu.subgroup_size" | "gpu.num_subgroups" => true,
            _ if depth == 0 => false,
            "arith.addi" | "arith.muli" | "arith.divui" | "arith.ceildivui" | "arith.divsi" | "arith.ceildivsi"
            | "arith.minsi" | "arith.minui" | "arith.index_cast" => all(),
            _ => false,
        }
    }
}
