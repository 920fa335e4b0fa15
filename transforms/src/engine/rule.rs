use crate::{
    analysis::semantics::Semantics,
    engine::{Forward, Result, Reverse},
};
use autodiff_dialect::ir::Op;

/// How the derivative of one op, or of a family of ops, is made.
///
/// A rule looks at its own op only. What reaches further is a service of the engine that it is handed.
pub trait Rule: Semantics + AsSemantics {
    /// Forward mode: emits the op and, beside it, the tangents of its results.
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()>;

    /// Reverse mode, first sweep: emits the op and what the reverse sweep wants saved.
    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.copy(op);
        Ok(())
    }

    /// Reverse mode, second sweep: from the cotangents of the op's results to those of its operands.
    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()>;

    /// Whether the rule handles all directions of a request with a width at one go, as it must where it rebuilds an op
    /// with regions. Other rules are asked once for each direction.
    fn handles_all_lanes(&self) -> bool {
        false
    }
}

/// A rule as what its op means.
pub trait AsSemantics {
    /// What the op means.
    fn semantics(&self) -> &dyn Semantics;
}

impl<T: Semantics> AsSemantics for T {
    fn semantics(&self) -> &dyn Semantics {
        self
    }
}
