//! `memref.copy`.
//!
//! Forward: the shadow is copied too. Reverse: the target's cotangent goes to the source, element by element:
//! `t = to_shadow[i]; to_shadow[i] = 0; from_shadow[i] += t`.

use crate::{
    analysis::{activity::Activity, flow::Flow},
    emit::{accumulate, fill, for_each_element},
    engine::{Forward, Result, Reverse},
    rules::Rule,
};
use autodiff_dialect::{
    ir::{Op, Value},
    state,
};

pub(super) struct Copy;

impl Rule for Copy {
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

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        let Some(to) = forward.tangent(op.operand(1)) else { return Ok(()) };
        if let Some(from) = forward.tangent(op.operand(0)) {
            forward.builder().effect("memref.copy", &[from, to]);
            return Ok(());
        }
        let element = to.ty().element();
        let builder = forward.builder();
        let Some(zero) = builder.number(element, 0.0) else {
            return forward.refuse(op, format!("derivatives of type '{element}' are not supported"));
        };
        fill(&builder, to, zero);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
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
