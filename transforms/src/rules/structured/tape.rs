//! `autodiff.pack` and `autodiff.unpack`: tapes, in derivatives that are differentiated again.
//!
//! A tape holds memory and integers. Its shadow is a tape that holds the shadows of that memory, in both modes, so that
//! there is nothing to reverse.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::ir::{Builder, Op, Type, Value};

/// The same op on other operands.
fn again(builder: &Builder, op: Op, operands: &[Value]) -> Op {
    let attributes = op.attributes();
    let types: Vec<Type> = op.results().into_iter().map(Value::ty).collect();
    builder.create(op.name(), operands, &types, &attributes, &[])
}

/// Whether a value has a shadow: active memory.
fn has_shadow(value: Value, activity: &Activity) -> bool {
    value.ty().is_memory() && activity.is_active(value)
}

/// What is in one memory with a tape.
fn unite(tape: Value, held: Vec<Value>, flow: &mut Flow) {
    for value in held.into_iter().filter(|value| value.ty().is_memory()) {
        flow.forward(value, tape);
    }
}

pub(super) struct Pack;

impl Semantics for Pack {
    fn flow(&self, op: Op, flow: &mut Flow) {
        unite(op.result(0), op.operands(), flow);
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Pack {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        if !forward.activity().is_active(op.result(0)) {
            return Ok(());
        }
        forward.each_lane(|forward| {
            let held = op.operands().into_iter().map(|value| forward.tangent(value).unwrap_or(forward.primal(value)));
            let shadow = again(&forward.builder(), op, &held.collect::<Vec<_>>()).result(0);
            forward.set_tangent(op.result(0), Some(shadow));
            Ok(())
        })
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.copy(op);
        if !reverse.activity().is_active(op.result(0)) {
            return Ok(());
        }
        let mut held = vec![vec![]; reverse.width()];
        for value in op.operands() {
            let values = match has_shadow(value, reverse.activity()) {
                true => reverse.forward_shadows(value)?,
                false => vec![reverse.counterpart(value); reverse.width()],
            };
            held.iter_mut().zip(values).for_each(|(held, value)| held.push(value));
        }
        let builder = reverse.forward_builder();
        let shadows: Vec<_> = held.iter().map(|held| again(&builder, op, held).result(0)).collect();
        reverse.bind_shadows(op.result(0), &shadows);
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

pub(super) struct Unpack;

impl Semantics for Unpack {
    fn flow(&self, op: Op, flow: &mut Flow) {
        unite(op.operand(0), op.results(), flow);
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Unpack {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        let activity = forward.activity();
        forward.each_lane(|forward| {
            let Some(tape) = forward.tangent(op.operand(0)) else { return Ok(()) };
            let copy = again(&forward.builder(), op, &[tape]);
            for (result, shadow) in op.results().into_iter().zip(copy.results()) {
                forward.set_tangent(result, has_shadow(result, activity).then_some(shadow));
            }
            Ok(())
        })
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.copy(op);
        if !reverse.activity().is_active(op.operand(0)) {
            return Ok(());
        }
        let builder = reverse.forward_builder();
        let tapes = reverse.forward_shadows(op.operand(0))?;
        let copies: Vec<_> = tapes.into_iter().map(|tape| again(&builder, op, &[tape])).collect();
        for (index, result) in op.results().into_iter().enumerate() {
            if has_shadow(result, reverse.activity()) {
                let shadows: Vec<_> = copies.iter().map(|copy| copy.result(index)).collect();
                reverse.bind_shadows(result, &shadows);
            }
        }
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
