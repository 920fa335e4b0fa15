//! The engines: they build the derivative function beside the primal, block by block, and ask the rules what each op
//! means. No op is named here.
//!
//! The primal is only read. Its values are the keys of all maps, and its counterpart in the new function is made by
//! [`Forward`] (forward mode) or by the forward sweep of [`Reverse`] (reverse mode).

mod bounds;
mod cache;
mod copy;
mod count;
mod derive;
mod facts;
mod forward;
mod lanes;
mod preaccumulate;
mod registry;
mod reverse;
mod rule;
mod shadow;
mod split;
mod variance;

pub use crate::request::{Mode, Request};
pub use cache::{Counter, Execution};
pub use copy::Copier;
pub use derive::{Derivative, derive, distinct_arguments, is_distinct, seeds};
pub use facts::{Analysed, Facts};
pub use forward::Forward;
pub(crate) use forward::no_shadow_of_buffers;
pub use lanes::some;
pub use registry::{Missing, Registry};
pub use reverse::{Reverse, Scope};
pub use rule::{AsSemantics, Rule};
pub(crate) use shadow::other_elements;
pub use split::cut;
pub use variance::Levels;

use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Block, Location, Op},
};

/// A result whose error is shown to the user at its location.
pub type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// An error that only a mistake of ours can cause; located, so that a report of it is useful.
pub(crate) fn internal(location: Location, what: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        location,
        format!("internal error of autodiff: {what}; please report it with this input"),
    ))
}

/// An error at an op.
pub(crate) fn error_at(op: Op, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(op.location(), message))
}

/// The ops of a block, all but its terminator.
pub(crate) fn body_ops(block: Block) -> Vec<Op> {
    let mut ops = block.ops();
    if ops.last().is_some_and(|op| op.is_terminator()) {
        ops.pop();
    }
    ops
}
