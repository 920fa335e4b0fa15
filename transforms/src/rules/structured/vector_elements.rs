//! `vector.from_elements` and `vector.to_elements`: the derivative of each is the other way round.

use crate::{
    analysis::{flow::Flow, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Op, Value},
    views::vector,
};

pub(super) struct FromElements;
pub(super) struct ToElements;

/// Every element may go to every result.
fn flow(op: Op, flow: &mut Flow) {
    for operand in op.operands() {
        op.results().into_iter().for_each(|result| flow.forward(operand, result));
    }
}

/// The op on tangents.
fn jvp(op: Op, forward: &mut Forward) -> Result<()> {
    forward.copy(op);
    if op.operands().iter().all(|operand| forward.tangent(*operand).is_none()) {
        return Ok(());
    }
    let tangents = op.operands().into_iter().map(|operand| forward.tangent_or_zero(operand));
    let tangents = tangents.collect::<Result<Vec<_>>>()?;
    let types: Vec<_> = op.results().into_iter().map(Value::ty).collect();
    let builder = forward.builder().with_location(op.location());
    let moved = builder.create(op.name(), &tangents, &types, &[], &[]);
    for (result, tangent) in op.results().into_iter().zip(moved.results()) {
        forward.set_tangent(result, Some(tangent));
    }
    Ok(())
}

impl Semantics for FromElements {
    fn flow(&self, op: Op, to: &mut Flow) {
        flow(op, to);
    }
}

impl Rule for FromElements {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        jvp(op, forward)
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = reverse.take_adjoint(op.result(0)) else { return Ok(()) };
        let builder = reverse.builder().with_location(op.location());
        let types: Vec<_> = op.operands().into_iter().map(Value::ty).collect();
        let parts = builder.create(vector::ToElements::NAME, &[y_bar], &types, &[], &[]);
        for (operand, part) in op.operands().into_iter().zip(parts.results()) {
            if reverse.activity().is_active(operand) {
                reverse.accumulate(operand, part)?;
            }
        }
        Ok(())
    }
}

impl Semantics for ToElements {
    fn flow(&self, op: Op, to: &mut Flow) {
        flow(op, to);
    }
}

impl Rule for ToElements {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        jvp(op, forward)
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let adjoints: Vec<_> = op.results().into_iter().map(|result| reverse.take_adjoint(result)).collect();
        if adjoints.iter().all(Option::is_none) {
            return Ok(());
        }
        let parts = op.results().into_iter().zip(adjoints);
        let parts = parts.map(|(result, adjoint)| adjoint.map_or_else(|| reverse.zero(result), Ok));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let builder = reverse.builder().with_location(op.location());
        let Some(source) = op.cast::<vector::ToElements>().map(|op| op.source()) else { return Ok(()) };
        let x_bar = builder.op(vector::FromElements::NAME, &parts, source.ty());
        reverse.accumulate(source, x_bar)
    }
}
