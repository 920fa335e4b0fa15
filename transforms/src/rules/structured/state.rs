//! The state ops of the autodiff dialect, which stand in derivatives: differentiated again, they give higher orders.
//!
//! ```text
//! accumulate  m[i] += v          v_bar += m_shadow[i]
//! take        v = m[i], m[i] = 0   m_shadow[i] = v_bar
//! push        c <- v             v_bar += pop(c_shadow)
//! pop         v <- c             push v_bar to c_shadow
//! ```
//!
//! The shadow of a cache is a cache. The reverse sweep meets the pops first and last first, so what it pushes for them is
//! in order when it comes to the pushes. A cache of buffers has a cache of their shadows beside it in both modes.

use crate::{
    analysis::{
        activity::Activity,
        flow::{Flow, carries},
        semantics::Semantics,
    },
    emit,
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Op, Value},
    state,
    views::memref,
};

/// The op, with the counterparts of its operands, on other memory.
fn on_shadow(op: Op, forward: &mut Forward, memory: usize) -> Result<Option<Op>> {
    let Some(shadow) = forward.tangent(op.operand(memory)) else { return Ok(None) };
    let mut operands = vec![];
    for (index, operand) in op.operands().into_iter().enumerate() {
        operands.push(match index {
            _ if index == memory => shadow,
            0 => forward.tangent_or_zero(operand)?,
            _ => forward.primal(operand),
        });
    }
    let types: Vec<_> = op.results().into_iter().map(Value::ty).collect();
    Ok(Some(forward.builder().create(op.name(), &operands, &types, &[], &[])))
}

/// Forward mode of an op that writes or reads memory at an operand: the same on the shadow.
fn forward_on_shadow(op: Op, forward: &mut Forward, memory: usize) -> Result<()> {
    forward.copy(op);
    if forward.activity().is_active(op.operand(memory))
        && let Some(copy) = on_shadow(op, forward, memory)?
    {
        for (result, tangent) in op.results().into_iter().zip(copy.results()) {
            forward.set_tangent(result, Some(tangent));
        }
    }
    Ok(())
}

/// The shadow of the memory at an operand and the primals of the indices after it.
fn shadowed_place(op: Op, reverse: &mut Reverse, memory: usize) -> Result<Vec<Value>> {
    let shadow = reverse.shadow(op.operand(memory))?;
    let indices = reverse.primals(&indices(op, memory))?;
    Ok([&[shadow], &indices[..]].concat())
}

fn indices(op: Op, memory: usize) -> Vec<Value> {
    op.operands().split_off(memory + 1)
}

pub(super) struct Accumulate;

impl Semantics for Accumulate {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.operand(1));
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(0))
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        indices(op, 1)
    }
}

impl Rule for Accumulate {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        if forward.tangent(op.operand(0)).is_none() {
            forward.copy(op);
            return Ok(());
        }
        forward_on_shadow(op, forward, 1)
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let place = shadowed_place(op, reverse, 1)?;
        let value = op.operand(0);
        let bar = reverse.builder().op(memref::Load::NAME, &place, place[0].ty().element());
        reverse.accumulate(value, bar)
    }
}

pub(super) struct Take;

impl Semantics for Take {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(0), op.result(0));
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(0))
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        indices(op, 0)
    }
}

impl Rule for Take {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        if forward.activity().is_active(op.operand(0))
            && let Some(shadow) = forward.tangent(op.operand(0))
        {
            let mut operands = vec![shadow];
            operands.extend(indices(op, 0).into_iter().map(|index| forward.primal(index)));
            let tangent = forward.builder().op(op.name(), &operands, op.result(0).ty());
            forward.set_tangent(op.result(0), Some(tangent));
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let mut operands = shadowed_place(op, reverse, 0)?;
        let bar = reverse.take_sum_or_zero(op.result(0))?;
        operands.insert(0, emit::converted(&reverse.builder(), bar, operands[0].ty().element()));
        reverse.builder().effect(memref::Store::NAME, &operands);
        Ok(())
    }
}

/// Whether a cache holds buffers.
fn holds_buffers(cache: Value) -> bool {
    cache.ty().element().is_memory()
}

pub(super) struct Push;

impl Semantics for Push {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(0), op.operand(1));
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(1)) && !holds_buffers(op.operand(1))
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        indices(op, 1)
    }
}

impl Rule for Push {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward_on_shadow(op, forward, 1)
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let copy = reverse.copy(op);
        if holds_buffers(op.operand(1)) && reverse.activity().is_active(op.operand(1)) {
            let mut operands = copy.operands();
            let caches = reverse.forward_shadows(op.operand(1))?;
            for (shadow, cache) in reverse.forward_shadows(op.operand(0))?.into_iter().zip(caches) {
                operands[0] = shadow;
                operands[1] = cache;
                reverse.forward_builder().effect(op.name(), &operands);
            }
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let place = shadowed_place(op, reverse, 1)?;
        let value = op.operand(0);
        let bar = state::pop(&reverse.builder(), place[0], &place[1..]);
        reverse.accumulate(value, bar)
    }
}

pub(super) struct Pop;

impl Semantics for Pop {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(0), op.result(0));
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(0)) && !holds_buffers(op.operand(0))
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        indices(op, 0)
    }

    /// A slot that can be read again: none of a stack, and nothing whose adjoint would then come twice.
    fn reads_only(&self, op: Op) -> Option<Value> {
        let cache = op.operand(0);
        let counts = op.operand_count() > 1 && !holds_buffers(cache) && !carries(op.result(0).ty());
        counts.then_some(cache)
    }
}

impl Rule for Pop {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        Take.jvp(op, forward)
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let copy = reverse.copy(op);
        if holds_buffers(op.operand(0)) && reverse.activity().is_active(op.operand(0)) {
            let mut operands = copy.operands();
            let mut shadows = vec![];
            for cache in reverse.forward_shadows(op.operand(0))? {
                operands[0] = cache;
                shadows.push(reverse.forward_builder().op(op.name(), &operands, op.result(0).ty()));
            }
            reverse.bind_shadows(op.result(0), &shadows);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let place = shadowed_place(op, reverse, 0)?;
        let bar = reverse.take_adjoint_or_zero(op.result(0))?;
        state::push(&reverse.builder(), bar, place[0], &place[1..]);
        Ok(())
    }
}

pub(super) struct Free;

impl Semantics for Free {
    fn flow(&self, _: Op, _: &mut Flow) {}

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Free {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        if let Some(shadow) = forward.tangent(op.operand(0)) {
            forward.builder().effect(op.name(), &[shadow]);
        }
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
