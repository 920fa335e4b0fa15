//! `func.call` of what the normal form does not inline: functions with derivatives of their own, recursive functions
//! and functions without a body.
//!
//! A function is called through its derivative, which it names or which is built like any other; recursion is a call of
//! the derivative that is being built. Forward: `@f_jvp` instead of `@f`. Reverse: `@f` in the forward sweep, and `@f_vjp`
//! in the reverse sweep. That runs the primal once more, on what the buffers held in front of the first call, so that a
//! side effect happens once: on copies of the function's own buffers; in place, and put back afterwards, in buffers from
//! outside, because two of those may be the same memory.

use crate::{
    analysis::{activity::Activity, flow::Flow},
    emit,
    engine::{Forward, Mode, Request, Result, Reverse},
    rules::Rule,
};
use autodiff_dialect::ir::{Attribute, Op, Type, Value};

pub(super) struct Call;

const WIDE: &str = "a call that is not inlined cannot be differentiated with a width other than 1; make one request per \
                    direction";

/// A function that computes the derivative of the callee.
struct Derivative {
    symbol: Attribute,
    /// The request that makes it, if the callee does not name it.
    request: Option<Request>,
}

/// The derivative of the callee: the one that it names, with its type checked, or one to be built.
fn derivative(op: Op, mode: Mode) -> std::result::Result<Derivative, String> {
    let callee = op.attribute("callee").ok_or("a call without callee cannot be differentiated")?;
    let function = op.lookup_symbol(callee).ok_or_else(|| format!("call of unknown function '{callee}'"))?;
    let attribute = mode.attribute();
    let (inputs, results) = (types(&op.operands()), types(&op.results()));
    let request = Request::full(callee.as_symbol().unwrap_or_default(), mode, &inputs, &results);
    let Some(derivative) = function.attribute(attribute) else {
        if function.regions().into_iter().any(|region| region.first_block().is_some()) {
            let symbol = Attribute::symbol(op.context(), &request.symbol());
            return Ok(Derivative { symbol, request: Some(request) });
        }
        return Err(format!(
            "call of '{callee}', which has no body, cannot be differentiated; give it a body, the attribute \
             '{attribute}', or inactive values only"
        ));
    };
    let found = op
        .lookup_symbol(derivative)
        .and_then(|function| function.attribute("function_type")?.as_type())
        .ok_or_else(|| format!("'{callee}' names the derivative '{derivative}', which is no function"))?;
    let (from, to) = request.signature(&inputs, &results);
    let expected = Type::function(op.context(), &from, &to);
    match found == expected {
        true => Ok(Derivative { symbol: derivative, request: None }),
        false => Err(format!("derivative '{derivative}' of '{callee}' has type {found}, expected {expected}")),
    }
}

fn types(values: &[Value]) -> Vec<Type> {
    values.iter().map(|value| value.ty()).collect()
}

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
    /// Makes the buffers hold what they held in front of the call.
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
                if reverse.is_freed(*operand) {
                    return reverse.refuse(
                        op,
                        "reverse mode of a call that is not inlined needs its buffers until the end, but one may be freed",
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
                    "reverse mode of a call that is not inlined is not supported for two views of one buffer of the \
                     function; pass the buffer once",
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
            builder.effect("memref.copy", &[copy, actual]);
        }
        Ok(this)
    }

    fn get(&self, number: usize) -> Option<Value> {
        self.given.iter().find(|(known, _)| *known == number).map(|(_, buffer)| *buffer)
    }

    /// Puts back what buffers from outside held.
    fn restore(self, builder: &autodiff_dialect::ir::Builder) {
        for (actual, now) in &self.outside {
            builder.effect("memref.copy", &[*now, *actual]);
        }
        for copy in self.copies.into_iter().chain(self.outside.into_iter().map(|(_, now)| now)) {
            emit::release(builder, copy);
        }
    }
}

impl Rule for Call {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.everything(op);
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        let values = || op.operands().into_iter().filter(|operand| !operand.ty().is_memory());
        if activity.moves_derivative(op) { values().collect() } else { vec![] }
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        if !forward.activity().moves_derivative(op) {
            forward.copy(op);
            return Ok(());
        }
        if forward.width() > 1 {
            return forward.refuse(op, WIDE);
        }
        let derivative = derivative(op, Mode::Jvp).or_else(|message| forward.refuse(op, message))?;
        derivative.request.into_iter().for_each(|request| forward.require(request));
        let builder = forward.builder();
        let (mut operands, mut scratch) = (vec![], vec![]);
        for operand in op.operands() {
            operands.push(forward.primal(operand));
            if operand.ty().is_differentiable_memory() && forward.tangent(operand).is_none() {
                scratch.push(emit::zeroed_like(&builder, forward.primal(operand)));
                operands.extend(scratch.last());
            } else if operand.ty().is_differentiable() {
                operands.push(forward.tangent_or_zero(operand)?);
            }
        }
        let mut results = vec![];
        for result in op.results() {
            results.extend(std::iter::repeat_n(result.ty(), if result.ty().is_differentiable() { 2 } else { 1 }));
        }
        let call = builder.create("func.call", &operands, &results, &[("callee", derivative.symbol)], &[]);
        let dual = op.results();
        forward.bind_doubled(&dual, &call.results(), |index| dual[index].ty().is_differentiable());
        for shadow in scratch {
            emit::release(&builder, shadow);
        }
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if reverse.is_live(op) {
            for (number, operand) in op.operands().into_iter().enumerate() {
                if operand.ty().is_memory() {
                    let copy = emit::snapshot(&reverse.forward_builder(), reverse.counterpart(operand));
                    reverse.save(op, number, copy);
                }
            }
        }
        reverse.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if reverse.width() > 1 {
            return reverse.refuse(op, WIDE);
        }
        let derivative = derivative(op, Mode::Vjp).or_else(|message| reverse.refuse(op, message))?;
        derivative.request.into_iter().for_each(|request| reverse.require(request));
        if op.results().into_iter().any(|result| result.ty().is_memory()) {
            return reverse.refuse(op, "reverse mode of a call that is not inlined and returns a buffer is not supported; pass the buffer as an argument");
        }
        let buffers = Buffers::new(op, reverse)?;
        let (mut operands, mut scratch, mut active) = (vec![], vec![], vec![]);
        for (number, operand) in op.operands().into_iter().enumerate() {
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
        let call = reverse.builder().create("func.call", &operands, &results, &[("callee", derivative.symbol)], &[]);
        for (operand, bar) in active.into_iter().zip(call.results().split_off(op.result_count())) {
            reverse.accumulate(operand, bar)?;
        }
        buffers.restore(&reverse.builder());
        for buffer in scratch {
            emit::release(&reverse.builder(), buffer);
        }
        Ok(())
    }
}
