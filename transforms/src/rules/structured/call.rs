//! `func.call` of what the normal form does not inline: functions with derivatives of their own, recursive functions
//! and functions without a body.
//!
//! A function is called through its derivative, which it names or which is built like any other; recursion is a call of
//! the derivative that is being built. Forward: `@f_jvp` instead of `@f`. Reverse: the augmented primal of `@f` in the
//! forward sweep, and its pullback, with the tape that the augmented primal gave, in the reverse sweep. A function that
//! names a vjp instead of such a pair is in [`named`].
//!
//! A callee that reaches mutable globals is a stand-in that takes them as its last arguments: see
//! [`globals`](crate::globals). A function that names its derivative does not: what it does to a global that carries a
//! derivative is lost, unless the global has a shadow with a name, which that derivative can use.

mod named;

use crate::{
    analysis::{activity::Activity, flow::Flow, memory::Origin, semantics::Semantics, wide_shadows::is_taken_wide},
    emit,
    engine::{Forward, Mode, Request, Result, Reverse, Rule, no_shadow_of_buffers, some},
    globals::{self, HANDED, STANDS_FOR},
};
use autodiff_dialect::{
    Activity as Kind,
    ir::{Attribute, Op, Type, Value},
    views::func,
};

pub(super) struct Call;

const WIDE: &str = "a call of a function that names its derivative cannot be differentiated with a width other than 1; \
                    make one request per direction";

fn types(values: &[Value]) -> Vec<Type> {
    values.iter().map(|value| value.ty()).collect()
}

/// How the derivative of a callee is had.
enum How {
    /// By a jvp, or by a vjp that the callee names.
    Whole(Attribute),
    /// By an augmented primal and a pullback, with a tape of some types.
    Split { augment: Attribute, pullback: Attribute, tape: Vec<Type> },
}

/// The derivative of the callee: one that it names, with its type checked, or one to be built.
struct Derivative {
    how: How,
    request: Request,
    /// Whether the request is to be built: the callee names no derivative.
    is_built: bool,
}

impl Derivative {
    /// `request`: what is wanted, if the callee's body is differentiated.
    fn new(op: Op, activity: &Activity, request: impl FnOnce(String) -> Request) -> std::result::Result<Self, String> {
        let callee = op.attribute("callee").ok_or("a call without callee cannot be differentiated")?;
        let function = op.lookup_symbol(callee).ok_or_else(|| format!("call of unknown function '{callee}'"))?;
        let request = request(callee.as_symbol().unwrap_or_default());
        let handed = handed(function);
        let mut operands = op.operands();
        let globals = operands.split_off(operands.len().saturating_sub(handed.len()));
        let active = handed.iter().zip(globals).filter(|(_, global)| activity.is_active(*global));
        let mut active = active.map(|(name, _)| name);
        // A stand-in is known to the user by the name of its function.
        let original = function.attribute(STANDS_FOR).and_then(Attribute::as_string);
        let callee = original.map_or_else(|| callee.to_string(), |name| format!("@{name}"));
        let context = op.context();
        if !request.mode.is_named_by(function) {
            if function.regions().into_iter().all(|region| region.first_block().is_none()) {
                let attribute = if request.mode == Mode::Jvp { Mode::Jvp } else { Mode::Vjp }.attribute();
                if let Some(global) = active.next() {
                    return Err(format!(
                        "call of '{callee}', which has no body, cannot be differentiated: it may use the global \
                         '@{global}', which carries a derivative; make that 'private', or give '{callee}' a body or the \
                         attribute '{attribute}'"
                    ));
                }
                let gives_buffer = op.results().into_iter().any(|result| result.ty().is_memory());
                let buffer = "; the buffer that it returns may be an argument that is not marked 'llvm.noalias'";
                return Err(format!(
                    "call of '{callee}', which has no body, cannot be differentiated; give it a body, the attribute \
                     '{attribute}', or inactive values only{}",
                    if gives_buffer { buffer } else { "" }
                ));
            }
            let symbol = Attribute::symbol(context, &request.symbol());
            let how = match request.mode {
                Mode::Jvp | Mode::Vjp => How::Whole(symbol),
                Mode::Split => {
                    let pullback = Attribute::symbol(context, &request.pullback_symbol());
                    How::Split { augment: symbol, pullback, tape: vec![Type::tape(context)] }
                }
            };
            return Ok(Self { how, request, is_built: true });
        }
        let has_shadow = |global: &String| {
            let global = op.lookup_symbol(Attribute::symbol(context, global));
            global.is_some_and(|global| globals::shadows(global).is_some())
        };
        if let Some(global) = active.find(|global| !has_shadow(global)) {
            return Err(format!(
                "call of '{callee}', which names its derivative and uses the global '@{global}', cannot be differentiated: \
                 '@{global}' carries a derivative; pass it as an argument, or give it a shadow that the derivative of \
                 '{callee}' knows, by '{}'",
                globals::SHADOW
            ));
        }
        let (inputs, results) = (types(&operands), types(&op.results()));
        let halves = [Mode::Split.attribute(), Mode::PULLBACK].map(|name| function.attribute(name));
        if let [Some(augment), Some(pullback)] = halves
            && request.mode.is_reverse()
        {
            let request = Request::full(request.callee, Mode::Split, &inputs, &results);
            let tape = named_halves(op, (&callee, &inputs), &request, [augment, pullback])?;
            return Ok(Self { how: How::Split { augment, pullback, tape }, request, is_built: false });
        }
        let mode = if request.mode == Mode::Jvp { Mode::Jvp } else { Mode::Vjp };
        let attribute = mode.attribute();
        let derivative = function.attribute(attribute).ok_or_else(|| {
            format!("'{callee}' names one half of a pair: it needs both 'autodiff.augment' and 'autodiff.pullback'")
        })?;
        let request = Request::full(request.callee, mode, &inputs, &results);
        let found = function_type(op, &callee, derivative)?;
        let (from, to) = request.signature(&inputs, &results);
        let expected = Type::function(context, &from, &to);
        match found == expected {
            true => Ok(Self { how: How::Whole(derivative), request, is_built: false }),
            false => Err(format!("derivative '{derivative}' of '{callee}' has type {found}, expected {expected}")),
        }
    }
}

fn function_type(op: Op, callee: &str, derivative: Attribute) -> std::result::Result<Type, String> {
    op.lookup_symbol(derivative)
        .and_then(|function| function.attribute("function_type")?.as_type())
        .ok_or_else(|| format!("'{callee}' names the derivative '{derivative}', which is no function"))
}

/// Checks the types of a pair that a function of some name and arguments names; gives those of the tape: whatever the
/// first returns after the results, the second takes before the cotangents.
fn named_halves(
    op: Op,
    (callee, inputs): (&str, &[Type]),
    request: &Request,
    [augment, pullback]: [Attribute; 2],
) -> std::result::Result<Vec<Type>, String> {
    let results = types(&op.results());
    let [first, second] = [function_type(op, callee, augment)?, function_type(op, callee, pullback)?];
    let bare = request.halves(inputs, &results, &[]);
    let held = |ty: Type| ty.function_parts().map(|(_, to)| to).unwrap_or_default();
    let tape = held(first).split_off(bare[0].1.len().min(held(first).len()));
    let halves = request.halves(inputs, &results, &tape);
    for ((found, (from, to)), name) in [first, second].into_iter().zip(halves).zip([augment, pullback]) {
        let expected = Type::function(op.context(), &from, &to);
        if found != expected {
            return Err(format!("derivative '{name}' of '{callee}' has type {found}, expected {expected}"));
        }
    }
    Ok(tape)
}

/// The globals that a stand-in takes as its last arguments.
fn handed(function: Op) -> Vec<String> {
    let names = function.attribute(HANDED).and_then(Attribute::as_array).unwrap_or_default();
    names.into_iter().filter_map(Attribute::as_string).collect()
}

/// Whether two buffers may be parts of the same memory.
fn may_share(one: Type, other: Type) -> bool {
    let (mut a, mut b) = (one, other);
    // What one holds and the other is, is another question.
    while let (Some(one), Some(other)) = (a.held_memory(), b.held_memory()) {
        (a, b) = (one, other);
    }
    let (a, b) = (a.element(), b.element());
    let opaque = |ty: Type| ty.bit_width() == Some(8);
    a == b || opaque(a) || opaque(b)
}

/// The activities of a call's operands and results.
fn request(op: Op, callee: String, reverse: &Reverse) -> Request {
    let active = |value: Value| reverse.activity().is_active(value);
    let kind = |value: Value| match (active(value), value.ty().is_memory()) {
        (false, _) => Kind::Const,
        (true, true) => Kind::Dup,
        (true, false) => Kind::Active,
    };
    let is_summed_wide =
        |value: &Value| active(*value) && !value.ty().is_memory() && reverse.sum_type(value.ty()) != value.ty();
    Request {
        callee,
        mode: Mode::Split,
        arguments: op.operands().into_iter().map(kind).collect(),
        results: op.results().into_iter().map(kind).collect(),
        width: reverse.width(),
        strong_zero: reverse.strong_zero(),
        wide_shadows: reverse.hands_over_wide(op),
        wide: op.operands().iter().chain(&op.results()).any(is_summed_wide),
    }
}

impl Semantics for Call {
    fn takes_wide_shadows(&self, op: Op) -> bool {
        is_taken_wide(op)
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.through(op);
        let operands = op.operands();
        let results: Vec<_> = op.results().into_iter().filter(|result| result.ty().is_memory()).collect();
        for operand in operands.iter().filter(|operand| operand.ty().is_memory()) {
            flow.origin(*operand, Origin::Escaped);
        }
        for (number, result) in results.iter().enumerate() {
            // What the callee returns may be what it was given, or what it returns elsewhere.
            let returned = result.result_number().and_then(|number| flow.returned(op, number));
            flow.origin(*result, if returned.is_some() { Origin::Returned } else { Origin::Unknown });
            let is_given = |number: &usize| returned.as_ref().is_none_or(|arguments| arguments.contains(number));
            let given = (0..operands.len()).filter(is_given).map(|number| operands[number]);
            for other in given.chain(results[..number].iter().copied()) {
                if other.ty().is_memory() && may_share(other.ty(), result.ty()) {
                    flow.forward(other, *result);
                }
            }
        }
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        let function = op.attribute("callee").and_then(|callee| op.lookup_symbol(callee));
        let whole = function.is_some_and(|function| function.attribute(Mode::Vjp.attribute()).is_some());
        let values = || op.operands().into_iter().filter(|operand| !operand.ty().is_memory());
        if whole && activity.moves_derivative(op) { values().collect() } else { vec![] }
    }
}

impl Rule for Call {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        if !forward.activity().moves_derivative(op) {
            forward.copy(op);
            return Ok(());
        }
        let (width, strong_zero) = (forward.width(), forward.strong_zero());
        let wanted = |callee| Request {
            width,
            strong_zero,
            ..Request::full(callee, Mode::Jvp, &types(&op.operands()), &types(&op.results()))
        };
        let derivative =
            Derivative::new(op, forward.activity(), wanted).or_else(|message| forward.refuse(op, message))?;
        let How::Whole(symbol) = derivative.how else { return forward.refuse(op, "a jvp in two parts") };
        if width > 1 && !derivative.is_built {
            return forward.refuse(op, WIDE);
        }
        let count = derivative.request.arguments.len();
        if derivative.is_built {
            forward.require(derivative.request);
        }
        let builder = forward.builder();
        let dual = |value: Value| value.ty().is_differentiable();
        let (mut operands, mut scratch) = (vec![], vec![]);
        for operand in op.operands().into_iter().take(count) {
            operands.push(forward.primal(operand));
            if !dual(operand) {
                continue;
            }
            forward.each_lane(|forward| {
                operands.push(match forward.tangent(operand) {
                    Some(tangent) => tangent,
                    None if operand.ty().is_memref() && !operand.ty().holds_buffers() => {
                        scratch.push(emit::zeroed_like(&builder, forward.primal(operand)));
                        scratch[scratch.len() - 1]
                    }
                    None => forward.tangent_or_zero(operand)?,
                });
                Ok(())
            })?;
        }
        let mut results = vec![];
        for result in op.results() {
            results.extend(vec![result.ty(); if dual(result) { 1 + width } else { 1 }]);
        }
        let call = builder.create(func::Call::NAME, &operands, &results, &[("callee", symbol)], &[]);
        forward.bind_doubled(&op.results(), &call.results(), |index| dual(op.result(index)));
        for shadow in scratch {
            emit::release(&builder, shadow);
        }
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if !reverse.is_live(op) {
            reverse.copy(op);
            return Ok(());
        }
        let derivative = Derivative::new(op, reverse.activity(), |callee| request(op, callee, reverse))
            .or_else(|message| reverse.refuse(op, message))?;
        let How::Split { augment, tape, .. } = derivative.how else { return named::forward_sweep(op, reverse) };
        let request = derivative.request;
        if reverse.width() > 1 && !derivative.is_built {
            return reverse.refuse(op, WIDE);
        }
        let (mut operands, mut results) = (vec![], vec![]);
        let mut scratch = tape.len();
        for (operand, kind) in op.operands().into_iter().zip(&request.arguments) {
            operands.push(reverse.counterpart(operand));
            if kind.is_dup() && reverse.activity().is_active(operand) {
                operands.extend(reverse.forward_shadows(operand)?);
            } else if kind.is_dup() && operand.ty().has_no_zeros() {
                return Err(Box::new(no_shadow_of_buffers(operand)));
            } else if kind.is_dup() {
                let ty = request.shadow(operand.ty());
                let shadow = emit::zeroed_as(&reverse.forward_builder(), ty, reverse.counterpart(operand));
                reverse.save(op, scratch, shadow);
                scratch += 1;
                operands.push(shadow);
            }
        }
        for (result, kind) in op.results().into_iter().zip(&request.results) {
            results.extend(vec![result.ty(); if kind.is_dup() { 1 + reverse.width() } else { 1 }]);
        }
        results.extend(&tape);
        let call = reverse.forward_builder().create(func::Call::NAME, &operands, &results, &[("callee", augment)], &[]);
        let mut given = call.results().into_iter();
        for (result, kind) in op.results().into_iter().zip(&request.results) {
            given.by_ref().take(1).for_each(|primal| reverse.bind(result, primal));
            if kind.is_dup() {
                let shadows: Vec<_> = given.by_ref().take(reverse.width()).collect();
                reverse.bind_shadows(result, &shadows);
            }
        }
        for (number, value) in given.enumerate() {
            reverse.save(op, number, value);
        }
        if derivative.is_built {
            reverse.require(request);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let derivative = Derivative::new(op, reverse.activity(), |callee| request(op, callee, reverse))
            .or_else(|message| reverse.refuse(op, message))?;
        let (pullback, tape) = match derivative.how {
            How::Whole(vjp) => return named::reverse_sweep(op, vjp, derivative.request.arguments.len(), reverse),
            How::Split { pullback, tape, .. } => (pullback, tape),
        };
        let request = derivative.request;
        let mut operands = vec![];
        for number in 0..tape.len() {
            operands.push(reverse.saved(op, number)?);
        }
        let chosen = |values: Vec<Value>, kinds: &[Kind]| -> Vec<Value> {
            values.into_iter().zip(kinds).filter(|(_, kind)| kind.is_active()).map(|(value, _)| value).collect()
        };
        let chosen_results = chosen(op.results(), &request.results);
        operands.extend(match request.wide {
            true => reverse.take_lanes_or_zero(&chosen_results)?,
            false => reverse.take_rounded_lanes(&chosen_results)?,
        });
        let active = chosen(op.operands(), &request.arguments);
        let mut results = vec![];
        for value in &active {
            results.extend(vec![request.adjoint(value.ty()); reverse.width()]);
        }
        let call = reverse.builder().create(func::Call::NAME, &operands, &results, &[("callee", pullback)], &[]);
        reverse.accumulate_lanes(&active, &some(&call.results()))?;
        let inactive = |(operand, kind): &(Value, &Kind)| kind.is_dup() && !reverse.activity().is_active(*operand);
        let scratch = op.operands().into_iter().zip(&request.arguments).filter(inactive).count();
        for number in tape.len()..tape.len() + scratch {
            let shadow = reverse.saved(op, number)?;
            emit::release(&reverse.builder(), shadow);
        }
        Ok(())
    }
}
