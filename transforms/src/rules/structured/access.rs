//! `memref.load` and `memref.store`.
//!
//! Forward: `y = m[i]` has the tangent `m_shadow[i]`; `m[i] = x` sets `m_shadow[i] = x_dot`.
//! Reverse: a load adds into the shadow, `m_shadow[i] += y_bar`. A store overwrites the location, whose cotangent is now
//! that of the stored value: `x_bar += m_shadow[i]; m_shadow[i] = 0`.

use crate::{
    analysis::{activity::Activity, flow::Flow, memory::Origin},
    emit,
    engine::{Forward, Result, Reverse},
    rules::Rule,
};
use autodiff_dialect::{
    ir::{Op, Value},
    state,
};

pub(super) struct Load;

/// The indices of an access behind its first operands.
fn indices(op: Op, from: usize) -> Vec<Value> {
    op.operands().split_off(from)
}

impl Rule for Load {
    fn takes_wide_shadows(&self, op: Op) -> bool {
        !op.result(0).ty().is_memory()
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.result(0));
        if op.result(0).ty().is_memory() {
            flow.origin(op.result(0), Origin::Unknown);
        }
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        if activity.is_active(op.result(0)) { indices(op, 1) } else { vec![] }
    }

    fn only_moves(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if !forward.activity().is_active(op.result(0)) {
            return Ok(());
        }
        if let Some(shadow) = forward.tangent(op.operand(0)) {
            let mut operands = copy.operands();
            operands[0] = shadow;
            let tangent = forward.builder().op("memref.load", &operands, op.result(0).ty());
            forward.set_tangent(op.result(0), Some(tangent));
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = reverse.take_sum(op.result(0)) else { return Ok(()) };
        let shadow = reverse.shadow(op.operand(0))?;
        let indices = reverse.primals(&indices(op, 1))?;
        emit::accumulate(&reverse.builder(), y_bar, shadow, &indices);
        Ok(())
    }

    fn reads_only(&self, op: Op) -> Option<Value> {
        Some(op.operand(0))
    }
}

pub(super) struct Store;

impl Rule for Store {
    fn takes_wide_shadows(&self, op: Op) -> bool {
        !op.operand(0).ty().is_memory()
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.operand(1));
        if op.operand(0).ty().is_memory() {
            // Whoever loads the buffer reaches its content.
            flow.origin(op.operand(0), Origin::Escaped);
        }
    }

    fn overwrites(&self, op: Op) -> Option<(Value, Op)> {
        (op.operand_count() == 2).then(|| (op.operand(1), op))
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        // The adjoint of what is overwritten before it is read is zero.
        activity.is_active(op.operand(1)) && activity.is_useful_behind(op, op.operand(1))
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        indices(op, 2)
    }

    fn only_moves(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if !forward.activity().is_active(op.operand(1)) {
            return Ok(());
        }
        if let Some(shadow) = forward.tangent(op.operand(1)) {
            let mut operands = copy.operands();
            operands[0] = forward.tangent_or_zero(op.operand(0))?;
            operands[1] = shadow;
            forward.builder().effect("memref.store", &operands);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let shadow = reverse.shadow(op.operand(1))?;
        let indices = reverse.primals(&indices(op, 2))?;
        let value = op.operand(0);
        if reverse.activity().is_active(value) {
            let x_bar = state::take(&reverse.builder(), shadow, &indices);
            reverse.accumulate(value, x_bar)
        } else {
            let zero = reverse.zero(value)?;
            let zero = emit::converted(&reverse.builder(), zero, shadow.ty().element());
            reverse.builder().effect("memref.store", &[&[zero, shadow], &indices[..]].concat());
            Ok(())
        }
    }
}
