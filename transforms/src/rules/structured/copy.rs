//! `memref.copy`.
//!
//! Forward: the shadow is copied too. Reverse: the target's cotangent goes to the source, element by element:
//! `t = to_shadow[i]; to_shadow[i] = 0; from_shadow[i] += t`. Of buffers that hold buffers, the shadows are copied in the
//! forward sweep; see [`super::access`].

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit::{accumulate, fill, for_each_element, release, snapshot},
    engine::{Forward, Result, Reverse, Rule},
    rules::structured::access::is_seen,
};
use autodiff_dialect::{
    ir::{Op, Value},
    state,
    views::memref,
};

const NO_RANK: &str = "a buffer without a rank cannot be gone through; copy between buffers with a rank";

pub(super) struct Copy;

impl Semantics for Copy {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.operand(1));
    }

    fn overwrites(&self, op: Op) -> Option<(Value, Op)> {
        Some((op.operand(1), op))
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(1)) && activity.is_useful_behind(op, op.operand(1))
    }

    fn only_moves(&self) -> bool {
        true
    }
}

impl Rule for Copy {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        if op.operand(1).ty().holds_buffers() && forward.activity().is_active(op.operand(1)) {
            let [from, to] = [forward.tangent_or_zero(op.operand(0))?, forward.tangent_or_zero(op.operand(1))?];
            forward.builder().effect(memref::Copy::NAME, &[from, to]);
            return Ok(());
        }
        let Some(to) = forward.tangent(op.operand(1)) else { return Ok(()) };
        if let Some(from) = forward.tangent(op.operand(0)) {
            forward.builder().effect(memref::Copy::NAME, &[from, to]);
            return Ok(());
        }
        if to.ty().is_unranked_memref() {
            return forward.refuse(op, NO_RANK);
        }
        let element = to.ty().element();
        let builder = forward.builder();
        let Some(zero) = builder.number(element, 0.0) else {
            return forward.refuse(op, format!("derivatives of type '{element}' are not supported"));
        };
        fill(&builder, to, zero);
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.copy(op);
        let (from, to) = (op.operand(0), op.operand(1));
        if !to.ty().holds_buffers() || !reverse.is_live(op) {
            return Ok(());
        }
        let shadows = reverse.forward_shadows(from)?;
        let targets = reverse.forward_shadows(to)?;
        let is_seen = is_seen(reverse.activity(), to);
        let builder = reverse.forward_builder();
        for (lane, (from, to)) in shadows.into_iter().zip(targets).enumerate() {
            if is_seen {
                let before = snapshot(&builder, to);
                reverse.save(op, lane, before);
            }
            builder.effect(memref::Copy::NAME, &[from, to]);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if op.operand(1).ty().holds_buffers() {
            if is_seen(reverse.activity(), op.operand(1)) {
                let to = reverse.shadow(op.operand(1))?;
                let before = reverse.saved(op, reverse.lane())?;
                reverse.builder().effect(memref::Copy::NAME, &[before, to]);
                release(&reverse.builder(), before);
            }
            return Ok(());
        }
        if op.operands().into_iter().any(|buffer| buffer.ty().is_unranked_memref()) {
            return reverse.refuse(op, NO_RANK);
        }
        let to = reverse.shadow(op.operand(1))?;
        let element = to.ty().element();
        let builder = reverse.builder();
        if reverse.activity().is_active(op.operand(0)) {
            let from = reverse.shadow(op.operand(0))?;
            let builder = reverse.builder();
            for_each_element(&builder, to, &mut |builder, indices| {
                let bar = state::take(builder, to, indices);
                accumulate(builder, bar, from, indices);
            });
        } else if let Some(zero) = builder.number(element, 0.0) {
            fill(&builder, to, zero);
        } else {
            return reverse.refuse(op, format!("derivatives of type '{element}' are not supported"));
        }
        Ok(())
    }
}
