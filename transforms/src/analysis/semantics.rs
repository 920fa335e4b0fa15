//! What ops mean for memory and control, as far as derivatives depend on it.
//!
//! The analyses know ops only through [`Semantics`], and are handed those of all ops as [`Meanings`].

use crate::{
    analysis::{activity::Activity, flow::Flow},
    emit::Storage,
};
use autodiff_dialect::ir::{Block, Op, Type, Value};

/// What one op, or a family of ops, means for memory and control.
///
/// It is about the op alone. What reaches further is found by the analyses.
pub trait Semantics: Send + Sync {
    /// Whether the rule is for this op, where an op of one name has several meanings.
    fn handles(&self, _op: Op) -> bool {
        true
    }

    /// Adds the op's edges to the flow graph: which of its results and buffers depend on which.
    fn flow(&self, op: Op, flow: &mut Flow);

    /// Whether the reverse sweep must visit the op. Ops with regions are visited if anything in them is.
    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.moves_derivative(op)
    }

    /// The primal values that the reverse sweep asks for.
    fn needed(&self, _op: Op, _activity: &Activity) -> Vec<Value> {
        vec![]
    }

    /// The operands that are buffers which the op's own buffers alias. Repeated on their shadows, the op gives the
    /// shadows of its results: views, selections.
    fn aliased_operands(&self, _op: Op) -> Vec<usize> {
        vec![]
    }

    /// Whether the rule works where the shadow of a buffer that the op uses, or makes, has wider elements than the buffer.
    fn takes_wide_shadows(&self, _op: Op) -> bool {
        false
    }

    /// Whether the regions of the op are run by the threads of a device, where nothing can be allocated.
    fn is_kernel(&self) -> bool {
        false
    }

    /// Whether one launch has room for the memory of the kernel and that of its reverse, in so many directions, and
    /// nothing else is in the way of making them one.
    fn has_room_for_both(&self, _op: Op, _activity: &Activity, _width: usize) -> bool {
        false
    }

    /// The place of the op in a block, which all threads of a kernel run together, with which they have overwritten all of
    /// a buffer before anything else in the block touched it.
    fn fills_together(&self, _op: Op, _block: Block, _buffer: Value) -> Option<usize> {
        None
    }

    /// Whether the op does nothing but to release a buffer, which can wait for the end.
    fn can_wait(&self, _op: Op) -> bool {
        false
    }

    /// Whether the op does nothing but to move numbers between buffers and values, of which its reverse needs none.
    fn only_moves(&self) -> bool {
        false
    }

    /// Whether the op itself touches no memory, even if MLIR does not say so: one that makes threads wait for others.
    fn touches_no_memory(&self) -> bool {
        false
    }

    /// Where the shadow of the buffer that the op allocates lives.
    fn storage(&self, _op: Op) -> Storage {
        Storage::Heap
    }

    /// The body of a counted loop, whose iterations the reverse sweep may run again.
    fn iteration(&self, _op: Op) -> Option<Block> {
        None
    }

    /// Whether the regions of the op run at most once each time that it runs.
    fn runs_once(&self, _op: Op) -> bool {
        false
    }

    /// The operand that a result is, under another name.
    fn aliased_result(&self, _op: Op, _result: usize) -> Option<Value> {
        None
    }

    /// The buffer whose whole content the op replaces without reading it, and the op, itself or one in its regions,
    /// that writes.
    fn overwrites(&self, _op: Op) -> Option<(Value, Op)> {
        None
    }

    /// The global whose memory the op gives.
    fn global(&self, _op: Op) -> Option<Op> {
        None
    }

    /// The sizes that the type of the buffer which the op allocates leaves open.
    fn dynamic_sizes(&self, _op: Op) -> Vec<Value> {
        vec![]
    }

    /// Whether the reverse sweep knows an argument of the op's regions without a cache: an induction variable.
    fn mirrors(&self, _op: Op, _argument: Value) -> bool {
        false
    }

    /// The buffer that the op reads and nothing else, if repeating it gives the same result while that is unchanged.
    fn reads_only(&self, _op: Op) -> Option<Value> {
        None
    }
}

/// What all ops mean, and what the analyses weigh against each other.
pub trait Meanings {
    /// What an op means. Every op means something: what nothing is known of may do anything.
    fn of(&self, op: Op) -> &dyn Semantics;

    /// How many times as much as usual caches cost, next to computing values again.
    fn cache_cost(&self) -> u64;

    /// The type that sums of adjoints of values of a type are made in, and of the shadow that does for a buffer of it.
    fn sum_type(&self, ty: Type) -> Type;
}
