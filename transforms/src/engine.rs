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
mod reverse;
mod shadow;

pub use cache::{Counter, Execution};
pub use copy::Copier;
pub use derive::{Derivative, derive, seeds};
pub use facts::Facts;
pub use forward::Forward;
pub use lanes::some;
pub use reverse::{Reverse, Scope};

use autodiff_dialect::{
    Activity,
    diagnostic::Diagnostic,
    ir::{Block, Location, Op, Type},
};

/// A result whose error is shown to the user at its location.
pub type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// What is asked for: a function and the activities of its arguments and results.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The symbol of the function.
    pub callee: String,
    /// Forward or reverse.
    pub mode: Mode,
    /// One per argument.
    pub arguments: Vec<Activity>,
    /// One per result.
    pub results: Vec<Activity>,
    /// The number of directions: tangents of each value, or cotangents.
    pub width: usize,
    /// Whether a zero stays zero where it meets a partial that is infinite or no number.
    pub strong_zero: bool,
}

/// The two modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Forward mode.
    Jvp,
    /// Reverse mode.
    Vjp,
}

impl Mode {
    /// Its name in requests and in the names of generated functions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jvp => "jvp",
            Self::Vjp => "vjp",
        }
    }

    /// The attribute by which a function names its derivative.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Jvp => "autodiff.jvp",
            Self::Vjp => "autodiff.vjp",
        }
    }

    /// Its name in messages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Jvp => "forward",
            Self::Vjp => "reverse",
        }
    }
}

impl Request {
    /// A request for everything: all differentiable arguments and results take part, all results are kept.
    pub fn full(callee: String, mode: Mode, inputs: &[Type], results: &[Type]) -> Self {
        let argument = |ty: &Type| match (ty.is_differentiable(), ty.is_memory() || mode == Mode::Jvp) {
            (false, _) => Activity::Const,
            (true, true) => Activity::Dup,
            (true, false) => Activity::Active,
        };
        let result = |ty: &Type| match (ty.is_differentiable(), mode) {
            (false, _) => Activity::Const,
            (true, Mode::Jvp) => Activity::Dup,
            (true, Mode::Vjp) => Activity::Active,
        };
        Self {
            callee,
            mode,
            arguments: inputs.iter().map(argument).collect(),
            results: results.iter().map(result).collect(),
            width: 1,
            strong_zero: false,
        }
    }

    /// The name of the derivative: `f.vjp.active.dup`, with the activities of the results behind a double dot.
    pub fn symbol(&self) -> String {
        let mut name = format!("{}.{}", self.callee, self.mode.name());
        for activity in &self.arguments {
            name += &format!(".{activity}");
        }
        let default = match self.mode {
            Mode::Jvp => Activity::Dup,
            Mode::Vjp => Activity::ActiveNoneed,
        };
        if self.width != 1 {
            name += &format!(".x{}", self.width);
        }
        if self.strong_zero {
            name += ".strong_zero";
        }
        if self.results.iter().any(|activity| *activity != default) {
            name += ".";
            for activity in &self.results {
                name += &format!(".{activity}");
            }
        }
        name
    }

    /// Operand and result types of the derivative of a function of the given type.
    pub fn signature(&self, inputs: &[Type], results: &[Type]) -> (Vec<Type>, Vec<Type>) {
        let (mut from, mut to) = (vec![], vec![]);
        for (activity, ty) in self.arguments.iter().zip(inputs) {
            from.push(*ty);
            if activity.is_dup() {
                from.extend(vec![*ty; self.width]);
            }
        }
        for (activity, ty) in self.results.iter().zip(results) {
            if activity.is_active() {
                from.extend(vec![*ty; self.width]);
            }
            if activity.keeps_primal() {
                to.push(*ty);
            }
            if activity.is_dup() {
                to.extend(vec![*ty; self.width]);
            }
        }
        for (activity, ty) in self.arguments.iter().zip(inputs) {
            if activity.is_active() {
                to.extend(vec![*ty; self.width]);
            }
        }
        (from, to)
    }
}

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
