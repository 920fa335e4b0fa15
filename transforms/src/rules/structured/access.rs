//! `memref.load` and `memref.store`.
//!
//! Forward: `y = m[i]` has the tangent `m_shadow[i]`; `m[i] = x` sets `m_shadow[i] = x_dot`.
//! Reverse: a load adds into the shadow, `m_shadow[i] += y_bar`. A store overwrites the location, whose cotangent is now
//! that of the stored value: `x_bar += m_shadow[i]; m_shadow[i] = 0`.
//!
//! Where `m` holds buffers, its shadow holds their shadows: in both modes, what happens to a buffer in `m` happens to its
//! shadow in `m_shadow` at the same time. If the caller sees that, the reverse of a store puts back what was there before,
//! so that the caller's shadow holds on exit what it held on entry.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit,
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Op, Value},
    state,
    views::memref,
};

pub(super) struct Load;

/// The indices of an access after its first operands.
fn indices(op: Op, from: usize) -> Vec<Value> {
    op.operands().split_off(from)
}

impl Semantics for Load {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.result(0));
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.result(0)) && !op.result(0).ty().is_memory()
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        if self.has_reverse(op, activity) { indices(op, 1) } else { vec![] }
    }

    fn only_moves(&self) -> bool {
        true
    }

    fn reads_only(&self, op: Op) -> Option<Value> {
        Some(op.operand(0))
    }

    fn aliased_operands(&self, op: Op) -> Vec<usize> {
        if op.result(0).ty().is_memory() { vec![0] } else { vec![] }
    }
}

impl Rule for Load {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if !forward.activity().is_active(op.result(0)) {
            return Ok(());
        }
        let table = op.operand(0).ty().holds_buffers();
        let shadow = if table { Some(forward.tangent_or_zero(op.operand(0))?) } else { forward.tangent(op.operand(0)) };
        if let Some(shadow) = shadow {
            let mut operands = copy.operands();
            operands[0] = shadow;
            let tangent = forward.builder().op(memref::Load::NAME, &operands, op.result(0).ty());
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
}

/// Whether the caller may see which shadows the shadow of a buffer of buffers holds.
pub(super) fn is_seen(activity: &Activity, table: Value) -> bool {
    activity.class(table).is_none_or(|class| class.is_visible())
}

pub(super) struct Store;

impl Semantics for Store {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.operand(1));
    }

    fn overwrites(&self, op: Op) -> Option<(Value, Op)> {
        (op.operand_count() == 2).then(|| (op.operand(1), op))
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        // The adjoint of what is overwritten before it is read is zero.
        activity.is_active(op.operand(1)) && activity.is_useful_behind(op, op.operand(1))
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        let table = op.operand(1);
        if table.ty().holds_buffers() && !is_seen(activity, table) { vec![] } else { indices(op, 2) }
    }

    fn only_moves(&self) -> bool {
        true
    }
}

impl Rule for Store {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if !forward.activity().is_active(op.operand(1)) {
            return Ok(());
        }
        let table = op.operand(1).ty().holds_buffers();
        let shadow = if table { Some(forward.tangent_or_zero(op.operand(1))?) } else { forward.tangent(op.operand(1)) };
        if let Some(shadow) = shadow {
            let mut operands = copy.operands();
            operands[0] = forward.tangent_or_zero(op.operand(0))?;
            operands[1] = shadow;
            forward.builder().effect(memref::Store::NAME, &operands);
        }
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let copy = reverse.copy(op);
        let (buffer, table) = (op.operand(0), op.operand(1));
        if !table.ty().holds_buffers() || !reverse.is_live(op) {
            return Ok(());
        }
        let tables = reverse.forward_shadows(table)?;
        let buffers = reverse.forward_shadows(buffer)?;
        let is_seen = is_seen(reverse.activity(), table);
        let builder = reverse.forward_builder();
        for (lane, (shadow, table)) in buffers.into_iter().zip(tables).enumerate() {
            let place = [&[table], &copy.operands()[2..]].concat();
            if is_seen {
                let before = builder.op(memref::Load::NAME, &place, shadow.ty());
                reverse.save(op, lane, before);
            }
            builder.effect(memref::Store::NAME, &[&[shadow], &place[..]].concat());
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let value = op.operand(0);
        if value.ty().is_memory() && !is_seen(reverse.activity(), op.operand(1)) {
            return Ok(());
        }
        let shadow = reverse.shadow(op.operand(1))?;
        let indices = reverse.primals(&indices(op, 2))?;
        if value.ty().is_memory() {
            let before = reverse.saved(op, reverse.lane())?;
            reverse.builder().effect(memref::Store::NAME, &[&[before, shadow], &indices[..]].concat());
            return Ok(());
        }
        if reverse.activity().is_active(value) {
            let x_bar = state::take(&reverse.builder(), shadow, &indices);
            reverse.accumulate(value, x_bar)
        } else {
            let zero = reverse.zero(value)?;
            let zero = emit::converted(&reverse.builder(), zero, shadow.ty().element());
            reverse.builder().effect(memref::Store::NAME, &[&[zero, shadow], &indices[..]].concat());
            Ok(())
        }
    }
}
