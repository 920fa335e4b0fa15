//! `memref.atomic_rmw` where iterations run in parallel.
//!
//! Only an addition whose result nothing uses has a derivative that does not depend on the order of the threads:
//! `m[i] += x`. Forward: `m_shadow[i] += x_dot`, atomically too. Reverse: the location keeps its cotangent, and so does
//! each term: `x_bar += m_shadow[i]`.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Op, Value},
    views::memref,
};

pub(super) struct Atomic;

const EXTREMA: [memref::AtomicRMWKind; 4] = [
    memref::AtomicRMWKind::Maximumf,
    memref::AtomicRMWKind::Maxnumf,
    memref::AtomicRMWKind::Minimumf,
    memref::AtomicRMWKind::Minnumf,
];

/// Why the op cannot be differentiated.
fn obstacle(op: Op) -> Option<&'static str> {
    let kind = op.cast::<memref::AtomicRmw>().and_then(|op| op.kind());
    if kind.is_some_and(|kind| EXTREMA.contains(&kind)) {
        Some(
            "'memref.atomic_rmw' op of an extremum cannot be differentiated: which of the threads that hold it comes first \
             is known to none of them; use 'scf.reduce', or 'gpu.all_reduce' in each block and a loop after the kernel",
        )
    } else if kind != Some(memref::AtomicRMWKind::Addf) {
        Some(
            "'memref.atomic_rmw' op can be differentiated if it adds only: what another kind leaves depends on the order \
             of the threads",
        )
    } else if !op.result(0).is_unused() {
        Some(
            "'memref.atomic_rmw' op cannot be differentiated if its result is used: what it gives depends on the order \
             of the threads",
        )
    } else {
        None
    }
}

impl Semantics for Atomic {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.operand(1));
        if !op.result(0).is_unused() {
            flow.content(op.operand(1), op.result(0));
        }
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(1))
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        op.operands().split_off(2)
    }
}

impl Rule for Atomic {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if !forward.activity().is_active(op.operand(1)) {
            return Ok(());
        }
        if let Some(message) = obstacle(op) {
            return forward.refuse(op, message);
        }
        if let (Some(x_dot), Some(shadow)) = (forward.tangent(op.operand(0)), forward.tangent(op.operand(1))) {
            let mut operands = copy.operands();
            operands[0] = x_dot;
            operands[1] = shadow;
            let new = copy.duplicate();
            new.set_operands(&operands);
            forward.builder().insert(new);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if let Some(message) = obstacle(op) {
            return reverse.refuse(op, message);
        }
        let shadow = reverse.shadow(op.operand(1))?;
        let indices = reverse.primals(&op.operands().split_off(2))?;
        let value = op.operand(0);
        let bar = reverse.builder().op(memref::Load::NAME, &[&[shadow], &indices[..]].concat(), shadow.ty().element());
        reverse.accumulate(value, bar)
    }
}
