//! Views of buffers, and the selection of one of two buffers: the shadow is the same view of the shadow.

use crate::{
    analysis::{activity::Activity, flow::Flow, memory::Origin, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule, other_elements},
};
use autodiff_dialect::{
    ir::{Op, Value},
    views::{bufferization, memref},
};

/// Ops whose first result is a view of their first operand.
pub(super) const VIEWS: [&str; 12] = [
    memref::AssumeAlignment::NAME,
    memref::Cast::NAME,
    memref::CollapseShape::NAME,
    memref::ExpandShape::NAME,
    memref::ExtractStridedMetadata::NAME,
    memref::MemorySpaceCast::NAME,
    memref::ReinterpretCast::NAME,
    memref::Reshape::NAME,
    memref::Subview::NAME,
    memref::Transpose::NAME,
    memref::View::NAME,
    bufferization::ToBuffer::NAME,
];

pub(super) struct View;

fn forward_view(op: Op, forward: &mut Forward, aliased: &[usize]) -> Result<()> {
    let copy = forward.copy(op);
    // Memory of bytes has a shadow where the op that makes it says how it is divided, and so have its parts.
    let divided = || {
        let shadowed = |index: &usize| forward.tangent(op.operand(*index)).is_some();
        forward.activity().carries(op.result(0)) && aliased.iter().all(shadowed)
    };
    if !forward.activity().is_active(op.result(0)) && !divided() {
        return Ok(());
    }
    let mut operands = copy.operands();
    let lacks = |index: &&usize| {
        let operand = op.operand(**index);
        !operand.ty().is_differentiable() && forward.tangent(operand).is_none()
    };
    if let Some(index) = aliased.iter().find(lacks) {
        return forward.refuse(op, other_elements(op.operand(*index)));
    }
    for index in aliased {
        operands[*index] = forward.tangent_or_zero(op.operand(*index))?;
    }
    let view = op.duplicate();
    view.set_operands(&operands);
    forward.builder().insert(view);
    forward.set_tangent(op.result(0), Some(view.result(0)));
    Ok(())
}

impl Semantics for View {
    fn takes_wide_shadows(&self, op: Op) -> bool {
        op.operand(0).ty().is_memory()
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(0), op.result(0));
        if !op.is_memory_effect_free() {
            // A view whose shape is read from memory: the reverse sweep cannot make it again.
            flow.origin(op.result(0), Origin::Escaped);
        }
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }

    fn aliased_operands(&self, _: Op) -> Vec<usize> {
        vec![0]
    }
}

impl Rule for View {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward_view(op, forward, &[0])
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

/// `builtin.unrealized_conversion_cast` of a buffer: front ends take complex numbers apart by it, to update their parts
/// one by one. The parts of the shadow of a complex number are the shadows of its parts.
pub(super) struct Parts;

impl Semantics for Parts {
    fn handles(&self, op: Op) -> bool {
        op.operand_count() == 1 && op.result_count() == 1 && {
            let (from, to) = (op.operand(0).ty(), op.result(0).ty());
            from.is_memref() && to.is_memref() && from.element().real() == to.element().real()
        }
    }

    fn takes_wide_shadows(&self, _: Op) -> bool {
        false
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        View.flow(op, flow);
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }

    fn aliased_operands(&self, _: Op) -> Vec<usize> {
        vec![0]
    }
}

impl Rule for Parts {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward_view(op, forward, &[0])
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

pub(super) struct DistinctObjects;

impl Semantics for DistinctObjects {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        for (operand, result) in op.operands().into_iter().zip(op.results()) {
            flow.forward(operand, result);
        }
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }

    fn aliased_result(&self, op: Op, result: usize) -> Option<Value> {
        Some(op.operand(result))
    }
}

impl Rule for DistinctObjects {
    /// What holds of the primals need not hold of the shadows of inactive ones: the operands stand for themselves.
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        for (operand, result) in op.operands().into_iter().zip(op.results()) {
            let shadow = forward.tangent(operand);
            forward.set_tangent(result, shadow);
        }
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

pub(super) struct Selection;

impl Semantics for Selection {
    fn handles(&self, op: Op) -> bool {
        op.result(0).ty().is_memory()
    }

    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(1), op.result(0));
        flow.forward(op.operand(2), op.result(0));
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }

    fn aliased_operands(&self, _: Op) -> Vec<usize> {
        vec![1, 2]
    }
}

impl Rule for Selection {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward_view(op, forward, &[1, 2])
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
