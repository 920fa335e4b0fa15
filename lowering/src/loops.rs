//! What the passes that tell LLVM how to treat loops share.

use autodiff_dialect::ir::{Attribute, Op};
use autodiff_transforms::analysis::is_loop;

const ANNOTATION: &str = "loop_annotation";

/// Whether there is no loop in a loop, and nothing has said yet how LLVM is to treat it.
pub(crate) fn is_open(op: Op) -> bool {
    !is_annotated(op) && !op.walk()[1..].iter().any(is_loop)
}

/// Whether LLVM is told how to treat a loop.
pub(crate) fn is_annotated(op: Op) -> bool {
    op.attribute(ANNOTATION).is_some()
}

/// Tells LLVM to make no vectors of a loop's iterations.
pub(crate) fn forbid_vectors(op: Op) {
    annotate(op, "vectorize = <disable = true>");
}

/// Tells LLVM to make no vectors of a loop's iterations, and no other code for several at once.
pub(crate) fn leave_alone(op: Op) {
    annotate(op, "vectorize = <disable = true>, unroll = <disable = true>");
}

fn annotate(op: Op, how: &str) {
    if let Some(mark) = Attribute::parse(op.context(), &format!("#llvm.loop_annotation<{how}>")) {
        op.set_attribute(ANNOTATION, mark);
    }
}
