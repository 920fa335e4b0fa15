//! From a request and a primal in normal form to the derivative function.

use crate::{
    analysis::{
        activity::{Activity as Activities, Seeds},
        addresses::gives_address,
        is_unreachable,
        memory::Origin,
    },
    emit,
    engine::{
        Analysed, Facts, Forward, Missing, Mode, Registry, Request, Result, Reverse, Scope, error_at,
        forward::{no_shadow_of_buffers, single_block},
    },
};
use autodiff_dialect::{
    Activity,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    state,
};

/// A derivative and the derivatives that it calls, which are still to be built.
pub struct Derivative {
    pub function: Op,
    pub required: Vec<Request>,
}

/// Builds the derivative of `function` next to it.
///
/// # Errors
///
/// All that stands in the way: every op without a rule that may carry a derivative, not the first only.
pub fn derive(function: Op, request: &Request, rules: &Registry) -> std::result::Result<Derivative, Vec<Diagnostic>> {
    let one = |error: Box<Diagnostic>| vec![*error];
    let entry = function_body(function).map_err(one)?;
    // May give a loop a copy, and what it returns another name.
    let analysed = Analysed::new(function, entry, rules, request);
    let returned = entry.terminator().map(Op::operands).unwrap_or_default();
    let end = entry.terminator().unwrap_or(function);
    if is_unreachable(end) || returned.len() != request.results.len() {
        let name = function.symbol_name().unwrap_or_default();
        return Err(one(error_at(end, format!("'@{name}' never returns, so it has no derivative; let it return"))));
    }
    let activity = &analysed.activity;
    let refused = refusals(function, request.mode, rules, activity);
    if !refused.is_empty() {
        return Err(refused);
    }
    let inputs: Vec<_> = entry.arguments().into_iter().map(Value::ty).collect();
    let results: Vec<_> = returned.iter().map(|value| value.ty()).collect();
    let (from, to) = request.signature(&inputs, &results);
    let block = Block::with_types(&from, function.location());
    let region = Region::with_block(block);
    let builder = Builder::after(function)
        .ok_or_else(|| one(error_at(function, "a function outside a module cannot be differentiated")))?;
    let derivative = new_function(&builder, function.name(), &request.built_symbol(), (&from, &to), region);
    let body = Body { entry, returned, block, request };
    if let Some(attributes) = distinct_arguments(function, request, from.len()) {
        derivative.set_attribute("arg_attrs", attributes);
    }
    let built = match request.mode {
        Mode::Jvp => body.forward(function, rules, activity),
        Mode::Vjp | Mode::Split => body.reverse(function, rules, &analysed),
    };
    let required = built.map_err(one)?;
    for other in required.iter().filter(|other| *other != request || request.mode == Mode::Split) {
        declare(derivative, other);
    }
    Ok(Derivative { function: derivative, required })
}

fn active_buffers(number: usize, ty: Type) -> String {
    format!(
        "result #{number} of type '{ty}' holds buffers and cannot be 'active'; store them in a 'dup' argument, or use \
         'autodiff.augment' and 'autodiff.pullback', which return its shadow"
    )
}

/// The attributes of the arguments of a derivative: those of the primal that no other argument reaches are marked, and so
/// are their shadows. These alias as their primals do, which is not at all, and no primal. The shadows of one argument in
/// several directions are different memory, too.
///
/// What the engine itself calls in split mode has no marks on shadows: who marks an argument for LLVM may still pass a
/// buffer twice that is only read, and then passes its shadow twice.
pub fn distinct_arguments(function: Op, request: &Request, count: usize) -> Option<Attribute> {
    let context = function.context();
    let none = Attribute::empty_dictionary(context);
    let noalias = none.with_entry(context, "llvm.noalias", Attribute::unit(context));
    let mut marks = vec![];
    for (number, activity) in request.arguments.iter().enumerate() {
        let mark = if is_distinct(function, number) { noalias } else { none };
        marks.push(mark);
        let shadows = if activity.is_dup() { request.width } else { 0 };
        marks.extend(vec![if request.mode == Mode::Split { none } else { mark }; shadows]);
    }
    if marks.len() > count || marks.iter().all(|mark| *mark == none) {
        return None;
    }
    marks.resize(count, none);
    Some(Attribute::array(context, &marks))
}

/// Whether a function says that no other argument reaches the memory of an argument.
pub fn is_distinct(function: Op, number: usize) -> bool {
    function.argument_attribute(number, "llvm.noalias").is_some()
}

/// Declares a derivative that another calls, in the module of that one.
fn declare(derivative: Op, request: &Request) {
    let context = derivative.context();
    let find = |name: &str| derivative.lookup_symbol(Attribute::symbol(context, name));
    let types = find(&request.callee).and_then(|callee| callee.attribute("function_type")?.as_type()?.function_parts());
    let (Some((inputs, results)), Some(builder)) = (types, Builder::after(derivative)) else { return };
    let declarations = match request.mode {
        Mode::Split => {
            let [augment, pullback] = request.halves(&inputs, &results, &[Type::tape(context)]);
            vec![(request.symbol(), augment), (request.pullback_symbol(), pullback)]
        }
        _ => vec![(request.symbol(), request.signature(&inputs, &results))],
    };
    for (name, (from, to)) in declarations {
        if find(&name).is_none() {
            new_function(&builder, derivative.name(), &name, (&from, &to), Region::new());
        }
    }
}

/// A private function.
pub(super) fn new_function(builder: &Builder, op: &str, name: &str, types: (&[Type], &[Type]), body: Region) -> Op {
    let context = builder.context();
    let attributes = [
        ("sym_name", Attribute::string(context, name)),
        ("function_type", Attribute::ty(Type::function(context, types.0, types.1))),
        ("sym_visibility", Attribute::string(context, "private")),
    ];
    builder.create(op, &[], &[], &attributes, &[body])
}

fn function_body(function: Op) -> Result<Block> {
    match function.region_count() > 0 && function.region(0).first_block().is_some() {
        false => Err(error_at(function, "a function without a body cannot be differentiated")),
        true => single_block(function, 0),
    }
}

/// Where derivatives come from and where they are wanted.
pub fn seeds(request: &Request, entry: Block) -> Seeds {
    let returned = entry.terminator().map(Op::operands).unwrap_or_default();
    let mut seeds = Seeds::default();
    for (activity, argument) in request.arguments.iter().zip(entry.arguments()) {
        if *activity != Activity::Const {
            seeds.varied.push(argument);
            if argument.ty().is_memory() {
                seeds.useful.push(argument);
            }
        }
    }
    for (activity, value) in request.results.iter().zip(returned) {
        if activity.is_active() || activity.is_dup() {
            seeds.useful.push(value);
        }
        if request.mode == Mode::Split && activity.is_dup() {
            // The caller may write to the buffer before it asks for the pullback.
            seeds.varied.push(value);
        }
    }
    seeds
}

/// Every op that may carry a derivative and has no rule.
fn refusals(function: Op, mode: Mode, rules: &Registry, activity: &Activities) -> Vec<Diagnostic> {
    let mut refused = vec![];
    for op in function.walk().into_iter().skip(1) {
        let Some(missing) = rules.missing(op) else { continue };
        let loses_bits =
            op.operands().into_iter().any(|value| value.ty().is_differentiable() && activity.carries(value))
                && op.results().into_iter().any(|result| activity.carries(result));
        let loses_address = matches!(missing, Missing::Unknown)
            && gives_address(op)
            && op.operands().into_iter().any(|value| value.ty().is_memory() && activity.is_active(value));
        let carries = loses_bits
            || loses_address
            || op.walk().into_iter().any(|inner| {
                activity.moves_derivative(inner)
                    || (op.region_count() > 0
                        && inner.operands().into_iter().any(|operand| activity.is_active(operand)))
            });
        if carries {
            refused.push(*match missing {
                Missing::Unknown => {
                    let works_on_tensors =
                        op.operands().into_iter().chain(op.results()).any(|value| value.ty().is_tensor());
                    let before = match works_on_tensors || op.name().starts_with("linalg.") {
                        true => {
                            "; run 'autodiff-bufferize-pipeline' before, which makes buffers of tensors and loops of \
                                 linalg ops"
                        }
                        false => "",
                    };
                    error_at(op, format!("'{}' op has no {}-mode rule{before}", op.name(), mode.title()))
                }
                Missing::Refused(reason) => {
                    error_at(op, format!("'{}' op cannot be differentiated: {reason}", op.name()))
                }
            });
        }
    }
    refused
}

/// What the two modes have in common while a body is built.
struct Body<'a> {
    entry: Block,
    returned: Vec<Value>,
    block: Block,
    request: &'a Request,
}

impl Body<'_> {
    /// Pairs each primal argument with its activity, its new counterpart and, for `dup`, the operands after that.
    fn arguments(&self) -> Vec<(Value, Activity, Value, Vec<Value>)> {
        let mut next = self.block.arguments().into_iter();
        let mut all = vec![];
        for (argument, activity) in self.entry.arguments().into_iter().zip(&self.request.arguments) {
            let Some(new) = next.next() else { break };
            let count = if activity.is_dup() { self.request.width } else { 0 };
            let dual: Vec<_> = next.by_ref().take(count).collect();
            all.push((argument, *activity, new, dual));
        }
        all
    }

    /// The buffers that the primal allocates for results which the derivative does not return; it frees them.
    fn unreturned(&self, activity: &Activities) -> Vec<Value> {
        let results = || self.returned.iter().zip(&self.request.results).filter(|(value, _)| value.ty().is_memory());
        let mut classes: Vec<_> = results()
            .filter(|(_, kind)| kind.keeps_primal())
            .map(|(value, _)| activity.representative(*value))
            .collect();
        let mut free = vec![];
        for (value, _) in results().filter(|(_, kind)| !kind.keeps_primal()) {
            let class = activity.representative(*value);
            let fresh = activity.class(*value).is_some_and(|class| {
                !class.origins.is_empty()
                    && class.origins.iter().all(|(_, origin)| matches!(origin, Origin::Allocation(_)))
            });
            if fresh && !classes.contains(&class) {
                classes.push(class);
                free.push(*value);
            }
        }
        free
    }

    fn forward(&self, function: Op, rules: &Registry, activity: &Activities) -> Result<Vec<Request>> {
        let builder = Builder::at_end(self.block, function.location());
        let mut forward = Forward::new(rules, activity, builder, self.request);
        let mut owned = vec![];
        for (argument, _, new, dual) in self.arguments() {
            let own = dual.is_empty()
                && argument.ty().is_memory()
                && !argument.ty().has_no_zeros()
                && activity.is_active(argument);
            let count = if own { self.request.width } else { 0 };
            let shadows: Vec<_> = (0..count).map(|_| emit::zeroed_like(&builder, new)).collect();
            let dual = [dual, shadows.clone()].concat();
            owned.extend(shadows);
            forward.bind_doubled(&[argument], &[&[new], &dual[..]].concat(), |_| !dual.is_empty());
        }
        forward.body(self.entry, self.block)?;
        let mut values = vec![];
        for (value, kind) in self.returned.iter().zip(&self.request.results) {
            if kind.keeps_primal() {
                values.push(forward.primal(*value));
            }
            if kind.is_dup() {
                forward.each_lane(|forward| {
                    values.push(match forward.tangent(*value) {
                        Some(tangent) => tangent,
                        None if value.ty().has_no_zeros() => return Err(Box::new(no_shadow_of_buffers(*value))),
                        None if value.ty().is_memory() => emit::zeroed_like(&builder, forward.primal(*value)),
                        None => forward.tangent_or_zero(*value)?,
                    });
                    Ok(())
                })?;
            }
        }
        for buffer in self.unreturned(activity) {
            emit::release(&builder, forward.primal(buffer));
        }
        forward.finish();
        for shadow in owned {
            emit::release(&builder, shadow);
        }
        emit::give_back(&builder, &values);
        Ok(forward.required())
    }

    fn reverse(&self, function: Op, rules: &Registry, analysed: &Analysed) -> Result<Vec<Request>> {
        let activity = &analysed.activity;
        let facts = Facts::new(function, self.entry, rules, analysed, self.request);
        let mut reverse = Reverse::new(&facts, self.block, self.request);
        let split = self.request.mode == Mode::Split;
        let arguments = self.arguments();
        for (argument, _, new, dual) in &arguments {
            reverse.bind(*argument, *new);
            if !dual.is_empty() {
                if dual.iter().any(|shadow| shadow.ty() != reverse.shadow_type(*argument) && self.request.wide_shadows)
                {
                    return Err(super::internal(
                        argument.location(),
                        "a wide shadow for a buffer that has a narrow one",
                    ));
                }
                reverse.give_shadows(*argument, dual);
            }
        }
        let operands = self.block.arguments();
        let count = arguments.iter().map(|(.., dual)| 1 + dual.len()).sum();
        let mut cotangents = operands[count..].iter();
        let scope = Scope { source: self.entry, block: self.block, numbers: None, captured: &[] };
        // The forward sweep is described by the function's own block, which runs once.
        let shared = || self.returned.iter().zip(&self.request.results).filter(|(_, kind)| split && kind.is_dup());
        shared().for_each(|(value, _)| reverse.expose_shadow(*value));
        reverse.forward_entry(self.entry)?;
        if split {
            let mut values = vec![];
            for (value, kind) in self.returned.iter().zip(&self.request.results) {
                if kind.keeps_primal() {
                    values.push(reverse.counterpart(*value));
                }
                if kind.is_dup() {
                    values.extend(reverse.forward_shadows(*value)?);
                }
            }
            state::boundary(&Builder::at_end(self.block, function.location()), &values);
        }
        reverse.scoped(scope, |reverse| {
            for (number, (value, kind)) in self.returned.iter().zip(&self.request.results).enumerate() {
                if !kind.is_active() {
                    continue;
                }
                reverse.each_lane(|reverse| match cotangents.next() {
                    Some(bar) if !value.ty().is_memory() => reverse.accumulate(*value, *bar),
                    Some(_) if value.ty().holds_buffers() => {
                        Err(Box::new(Diagnostic::error(value.location(), active_buffers(number, value.ty()))))
                    }
                    Some(bar) if activity.is_active(*value) => {
                        let shadow = reverse.shadow(*value)?;
                        let message = format!("the cotangent of result #{number} has other sizes than the result");
                        emit::require_same_sizes(&reverse.builder(), *bar, shadow, &message);
                        emit::accumulate_all(&reverse.builder(), *bar, shadow);
                        Ok(())
                    }
                    _ => Ok(()),
                })?;
            }
            reverse.reverse_body(self.entry)?;
            reverse.free_argument_shadows(&self.entry.arguments())?;
            let mut values = vec![];
            for (value, kind) in self.returned.iter().zip(&self.request.results) {
                if kind.keeps_primal() && !split {
                    values.push(reverse.counterpart(*value));
                }
            }
            for (argument, kind, ..) in &arguments {
                if *kind == Activity::Active {
                    values.extend(match self.request.wide {
                        true => reverse.take_lanes_or_zero(&[*argument])?,
                        false => reverse.take_rounded_lanes(&[*argument])?,
                    });
                }
            }
            reverse.finish();
            for buffer in self.unreturned(activity) {
                emit::release(&reverse.builder(), reverse.counterpart(buffer));
            }
            emit::give_back(&Builder::at_end(self.block, function.location()), &values);
            Ok(())
        })?;
        Ok(reverse.required())
    }
}
