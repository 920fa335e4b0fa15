//! Calls of functions that name their vjp, in reverse mode: the function in the forward sweep, its vjp in the reverse
//! sweep. That runs the primal once more, on what the buffers held before the first call, so that a side effect
//! happens once: on copies of the function's own buffers; in place, and put back afterwards, in buffers from outside,
//! because two of those may be the same memory.

use super::{WIDE, types};
use crate::{
    emit,
    engine::{Result, Reverse},
};
use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Value},
    views::{func, memref},
};

/// The buffers that a call is given, as the repetition in the reverse sweep gets them.
struct Buffers {
    /// By operand: what the derivative gets.
    given: Vec<(usize, Value)>,
    /// Copies to be freed afterwards.
    copies: Vec<Value>,
    /// Buffers from outside, and what they hold now.
    outside: Vec<(Value, Value)>,
}

impl Buffers {
    /// Makes the buffers hold what they held before the call.
    fn new(op: Op, reverse: &mut Reverse) -> Result<Self> {
        let operands: Vec<_> =
            op.operands().into_iter().enumerate().filter(|(_, operand)| operand.ty().is_memory()).collect();
        let mut this = Self { given: vec![], copies: vec![], outside: vec![] };
        let mut before = vec![];
        for (number, operand) in &operands {
            let copy = reverse.saved(op, *number)?;
            this.copies.push(copy);
            let class = reverse.activity().representative(*operand);
            let others = || operands.iter().filter(|(other, _)| other < number);
            if reverse.activity().class(*operand).is_none_or(|class| class.is_visible()) {
                if reverse.is_freed(*operand) || reverse.is_split() {
                    return reverse.refuse(
                        op,
                        "the 'autodiff.vjp' of the callee needs its buffers in the reverse sweep, but one may be freed \
                         before; let the callee name the pair 'autodiff.augment' and 'autodiff.pullback' instead",
                    );
                }
                let actual = reverse.primal(*operand)?;
                before.push((copy, actual));
                this.given.push((*number, actual));
            } else if let Some((same, _)) = others().find(|(_, other)| other == operand) {
                this.given.extend(this.get(*same).map(|buffer| (*number, buffer)));
            } else if others().any(|(_, other)| reverse.activity().representative(*other) == class) {
                return reverse.refuse(
                    op,
                    "a function that names its 'autodiff.vjp' cannot be given two views of one buffer of the function; \
                     pass the buffer once, or name the pair 'autodiff.augment' and 'autodiff.pullback' instead",
                );
            } else {
                this.given.push((*number, copy));
            }
        }
        let builder = reverse.builder();
        for (_, actual) in &before {
            this.outside.push((*actual, emit::snapshot(&builder, *actual)));
        }
        for (copy, actual) in before {
            builder.effect(memref::Copy::NAME, &[copy, actual]);
        }
        Ok(this)
    }

    fn get(&self, number: usize) -> Option<Value> {
        self.given.iter().find(|(known, _)| *known == number).map(|(_, buffer)| *buffer)
    }

    /// Puts back what buffers from outside held.
    fn restore(self, builder: &Builder) {
        for (actual, now) in &self.outside {
            builder.effect(memref::Copy::NAME, &[*now, *actual]);
        }
        for copy in self.copies.into_iter().chain(self.outside.into_iter().map(|(_, now)| now)) {
            emit::release(builder, copy);
        }
    }
}

/// The forward sweep of a call: saves what the buffers hold.
pub(super) fn forward_sweep(op: Op, reverse: &mut Reverse) -> Result<()> {
    for (number, operand) in op.operands().into_iter().enumerate().filter(|(_, operand)| operand.ty().is_memory()) {
        if !operand.ty().is_memref() {
            return reverse.refuse(op, "a function that names its 'autodiff.vjp' cannot be given caches or tapes");
        }
        if operand.ty().holds_buffers() {
            return reverse.refuse(
                op,
                "a function that names its 'autodiff.vjp' cannot be given buffers that hold buffers; name the pair \
                 'autodiff.augment' and 'autodiff.pullback' instead",
            );
        }
        let copy = emit::snapshot(&reverse.forward_builder(), reverse.counterpart(operand));
        reverse.save(op, number, copy);
    }
    reverse.copy(op);
    Ok(())
}

/// The reverse sweep of a call, `count` of whose operands the derivative knows: the others are globals.
pub(super) fn reverse_sweep(op: Op, vjp: Attribute, count: usize, reverse: &mut Reverse) -> Result<()> {
    if reverse.width() > 1 {
        return reverse.refuse(op, WIDE);
    }
    if op.results().into_iter().any(|result| result.ty().is_memory()) {
        return reverse.refuse(
            op,
            "a function that names its 'autodiff.vjp' and returns a buffer cannot be called in reverse mode; pass the \
             buffer as an argument, or name the pair 'autodiff.augment' and 'autodiff.pullback' instead",
        );
    }
    let buffers = Buffers::new(op, reverse)?;
    let (mut operands, mut scratch, mut active) = (vec![], vec![], vec![]);
    for (number, operand) in op.operands().into_iter().enumerate().take(count) {
        if !operand.ty().is_memory() {
            operands.push(reverse.primal(operand)?);
            active.extend(operand.ty().is_differentiable().then_some(operand));
            continue;
        }
        let Some(buffer) = buffers.get(number) else { continue };
        operands.push(buffer);
        if operand.ty().is_differentiable() && reverse.activity().is_active(operand) {
            operands.push(reverse.shadow(operand)?);
        } else if operand.ty().is_differentiable() {
            scratch.push(emit::zeroed_like(&reverse.builder(), buffer));
            operands.extend(scratch.last());
        }
    }
    for result in op.results() {
        if result.ty().is_differentiable() {
            operands.push(reverse.take_adjoint_or_zero(result)?);
        }
    }
    let results = [types(&op.results()), types(&active)].concat();
    let call = reverse.builder().create(func::Call::NAME, &operands, &results, &[("callee", vjp)], &[]);
    for (operand, bar) in active.into_iter().zip(call.results().split_off(op.result_count())) {
        reverse.accumulate(operand, bar)?;
    }
    buffers.restore(&reverse.builder());
    for buffer in scratch {
        emit::release(&reverse.builder(), buffer);
    }
    Ok(())
}
