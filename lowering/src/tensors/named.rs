//! Derivatives of functions of tensors that the functions name themselves.
//!
//! On buffers, a derivative in reverse mode has shadows where one on tensors has cotangents among its results. So each
//! derivative on tensors gets an adapter, which takes what a request on buffers gives, calls the derivative, and adds its
//! cotangents to the shadows. A jvp needs none: tangents of tensors become tangents of buffers.
//!
//! 1. An `autodiff.vjp` becomes a pair of an augmented primal, which keeps copies of the arguments, and a pullback, which
//!    calls the vjp: buffers that a function returns have their shadow between the two. Where the function has buffers
//!    among its arguments already, an adapter of the vjp alone has to do.
//! 2. The pair `autodiff.augment`, `autodiff.pullback` gets a pair of adapters.

use super::{as_tensor, buffer_type, read_only_buffer};
use autodiff_dialect::{
    Activity,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::func,
};
use autodiff_transforms::{
    emit,
    engine::{Mode, Request},
};
use std::collections::HashSet;

pub(super) fn adapt(module: Op) -> Result<(), ()> {
    let mut names: HashSet<_> = module.walk().into_iter().filter_map(Op::symbol_name).collect();
    let mut result = Ok(());
    for function in module.functions() {
        let types = function.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
        let Some((inputs, outputs)) = types else { continue };
        if !inputs.iter().chain(&outputs).any(|ty| ty.is_tensor()) {
            continue;
        }
        let mut adapter = Adapter { function, inputs, outputs, names: &mut names };
        let adapted = adapter.pair().and_then(|()| adapter.vjp());
        result = result.and(adapted.map_err(|message| Diagnostic::error(function.location(), message).emit()));
    }
    result
}

struct Adapter<'a> {
    function: Op,
    inputs: Vec<Type>,
    outputs: Vec<Type>,
    names: &'a mut HashSet<String>,
}

impl Adapter<'_> {
    fn types(&self) -> (Vec<Type>, Vec<Type>) {
        let buffers = |types: &[Type]| types.iter().copied().map(buffer_type).collect();
        (buffers(&self.inputs), buffers(&self.outputs))
    }

    /// The symbol that the function names under an attribute, and the types of what it names.
    fn named(&self, attribute: &str) -> Option<(Attribute, Vec<Type>, Vec<Type>)> {
        let symbol = self.function.attribute(attribute)?;
        let (from, to) =
            self.function.lookup_symbol(symbol)?.attribute("function_type")?.as_type()?.function_parts()?;
        Some((symbol, from, to))
    }

    fn wrong(&self, symbol: Attribute, expected: (&[Type], &[Type])) -> String {
        let context = self.function.context();
        let name = self.function.symbol_name().unwrap_or_default();
        let found = self.function.lookup_symbol(symbol).and_then(|function| function.attribute("function_type"));
        let found = found.map_or_else(String::new, |ty| ty.to_string());
        let expected = Type::function(context, expected.0, expected.1);
        format!("derivative '{symbol}' of '@{name}' has type {found}, expected {expected}")
    }

    /// Starts a function of some parameters.
    fn begin(&self, parameters: &[Type]) -> (Block, Builder) {
        let location = self.function.location();
        let block = Block::with_types(parameters, location);
        (block, Builder::at_end(block, location))
    }

    /// Ends that function, and makes the function of tensors name it.
    fn end(&mut self, attribute: &str, symbol: Attribute, block: Block, results: &[Value]) -> Result<(), String> {
        let context = self.function.context();
        Builder::at_end(block, self.function.location()).effect(func::Return::NAME, results);
        let stem = format!("{}.buffers", symbol.as_symbol().unwrap_or_default());
        let name = crate::functions::free_name(&stem, self.names);
        let types = |values: &[Value]| values.iter().map(|value| value.ty()).collect::<Vec<_>>();
        let ty = Type::function(context, &types(&block.arguments()), &types(results));
        let attributes = [
            ("sym_name", Attribute::string(context, &name)),
            ("function_type", Attribute::ty(ty)),
            ("sym_visibility", Attribute::string(context, "private")),
        ];
        let place = Builder::before(self.function).ok_or("a function outside a module")?;
        place.create(func::Func::NAME, &[], &[], &attributes, &[Region::with_block(block)]);
        self.function.set_attribute(attribute, Attribute::symbol(context, &name));
        Ok(())
    }

    fn vjp(&mut self) -> Result<(), String> {
        let attribute = Mode::Vjp.attribute();
        let Some((symbol, from, to)) = self.named(attribute) else { return Ok(()) };
        let request = |inputs: &[Type], outputs: &[Type]| Request::full(String::new(), Mode::Vjp, inputs, outputs);
        let (inputs, outputs) = (self.inputs.clone(), self.outputs.clone());
        let on_tensors = request(&inputs, &outputs);
        let expected = on_tensors.signature(&inputs, &outputs);
        if (&from, &to) != (&expected.0, &expected.1) {
            return Err(self.wrong(symbol, (&expected.0, &expected.1)));
        }
        if !inputs.iter().chain(&outputs).any(|ty| ty.is_memory()) {
            return self.pair_of_vjp(symbol, &on_tensors, &to);
        }
        let (buffers, of_buffers) = self.types();
        let (parameters, _) = request(&buffers, &of_buffers).signature(&buffers, &of_buffers);
        let (block, builder) = self.begin(&parameters);
        let mut given = block.arguments().into_iter();
        let (mut operands, shadows) = taken(&builder, &inputs, &on_tensors, &mut given);
        for (ty, _) in outputs.iter().zip(&on_tensors.results).filter(|(_, activity)| activity.is_active()) {
            operands.extend(given.next().map(|value| tensor(&builder, value, *ty)));
        }
        let call = builder.create(func::Call::NAME, &operands, &to, &[("callee", symbol)], &[]);
        let mut results = vec![];
        let mut made = call.results().into_iter();
        results.extend(made.by_ref().take(outputs.len()).map(|value| returned(&builder, value)));
        for (cotangent, shadow) in made.zip(shadows) {
            results.extend(added(&builder, cotangent, shadow));
        }
        self.end(attribute, symbol, block, &results)
    }

    /// A pair from a vjp of tensors and numbers, whose results have the types `to`.
    fn pair_of_vjp(&mut self, vjp: Attribute, on_tensors: &Request, to: &[Type]) -> Result<(), String> {
        let (inputs, outputs) = (self.inputs.clone(), self.outputs.clone());
        let (buffers, of_buffers) = self.types();
        let on_buffers = Request::full(String::new(), Mode::Split, &buffers, &of_buffers);
        let [(parameters, _), _] = on_buffers.halves(&buffers, &of_buffers, &[]);
        let context = self.function.context();
        let primal = Attribute::symbol(context, &self.function.symbol_name().unwrap_or_default());

        let (block, builder) = self.begin(&parameters);
        let mut given = block.arguments().into_iter();
        let (mut operands, mut tape, mut shadows) = (vec![], vec![], vec![]);
        for (ty, activity) in inputs.iter().zip(&on_buffers.arguments) {
            let Some(value) = given.next() else { break };
            operands.push(tensor(&builder, value, *ty));
            tape.push(if ty.is_tensor() { emit::snapshot(&builder, value) } else { value });
            shadows.extend(given.by_ref().take(usize::from(activity.is_dup())));
        }
        let call = builder.create(func::Call::NAME, &operands, &outputs, &[("callee", primal)], &[]);
        let (mut results, mut seeds) = (vec![], vec![]);
        for (value, activity) in call.results().into_iter().zip(&on_buffers.results) {
            let buffer = returned(&builder, value);
            results.push(buffer);
            if activity.is_dup() {
                seeds.push(emit::zeroed_like(&builder, buffer));
                results.extend(seeds.last());
            }
        }
        let saved = [tape, shadows.clone(), seeds.clone()].concat();
        results.extend(&saved);
        self.end(Mode::Split.attribute(), vjp, block, &results)?;

        let scalars = outputs.iter().zip(&on_buffers.results).filter(|(_, activity)| activity.is_active());
        let parameters: Vec<_> = saved.iter().map(|value| value.ty()).chain(scalars.map(|(ty, _)| *ty)).collect();
        let (block, builder) = self.begin(&parameters);
        let arguments = block.arguments();
        let (saved, rest) = arguments.split_at(inputs.len());
        let (given_shadows, rest) = rest.split_at(shadows.len());
        let (given_seeds, scalars) = rest.split_at(seeds.len());
        let (mut shadows, mut seeds, mut scalars) =
            (given_shadows.iter().copied(), given_seeds.iter(), scalars.iter().copied());
        let mut operands: Vec<_> = saved.iter().zip(&inputs).map(|(value, ty)| tensor(&builder, *value, *ty)).collect();
        for (ty, activity) in outputs.iter().zip(&on_buffers.results) {
            if activity.is_dup() {
                operands.extend(seeds.next().map(|value| tensor(&builder, *value, *ty)));
            } else if activity.is_active() {
                operands.extend(scalars.next());
            }
        }
        let call = builder.create(func::Call::NAME, &operands, to, &[("callee", vjp)], &[]);
        let cotangents = call.results().into_iter().skip(outputs.len());
        let active = inputs.iter().zip(&on_tensors.arguments).filter(|(_, activity)| activity.is_active());
        let mut results = vec![];
        for (cotangent, (ty, _)) in cotangents.zip(active) {
            let shadow = if ty.is_tensor() { shadows.next() } else { None };
            results.extend(added(&builder, cotangent, shadow));
        }
        let copies = saved.iter().zip(&inputs).filter(|(_, ty)| ty.is_tensor()).map(|(value, _)| value);
        for value in copies.chain(given_seeds) {
            emit::release(&builder, *value);
        }
        self.end(Mode::PULLBACK, vjp, block, &results)?;
        self.function.remove_attribute(Mode::Vjp.attribute());
        Ok(())
    }

    fn pair(&mut self) -> Result<(), String> {
        let (Some((augment, from, to)), Some((pullback, back_from, back_to))) =
            (self.named(Mode::Split.attribute()), self.named(Mode::PULLBACK))
        else {
            return Ok(());
        };
        let (inputs, outputs) = (self.inputs.clone(), self.outputs.clone());
        let request = |inputs: &[Type], outputs: &[Type]| Request::full(String::new(), Mode::Split, inputs, outputs);
        let on_tensors = request(&inputs, &outputs);
        let [(bare, kept), _] = on_tensors.halves(&inputs, &outputs, &[]);
        let tape = to.get(kept.len()..).unwrap_or_default().to_vec();
        let [first, second] = on_tensors.halves(&inputs, &outputs, &tape);
        if (&from, &to) != (&first.0, &first.1) {
            return Err(self.wrong(augment, (&bare, &first.1)));
        }
        if (&back_from, &back_to) != (&second.0, &second.1) {
            return Err(self.wrong(pullback, (&second.0, &second.1)));
        }
        let (buffers, of_buffers) = self.types();
        let [(parameters, _), _] = request(&buffers, &of_buffers).halves(&buffers, &of_buffers, &[]);

        // The augmented primal: shadows of tensor results are its own, and travel with those of its arguments.
        let (block, builder) = self.begin(&parameters);
        let mut given = block.arguments().into_iter();
        let (operands, shadows) = taken(&builder, &inputs, &on_tensors, &mut given);
        let shadows: Vec<_> = shadows.into_iter().flatten().collect();
        let call = builder.create(func::Call::NAME, &operands, &to, &[("callee", augment)], &[]);
        let (mut results, mut seeds) = (vec![], vec![]);
        let mut made = call.results().into_iter();
        for (ty, activity) in outputs.iter().zip(&on_tensors.results) {
            let Some(primal) = made.next() else { break };
            let buffer = returned(&builder, primal);
            results.push(buffer);
            if activity.is_dup() {
                results.extend(made.next());
            } else if activity.is_active() && ty.is_tensor() {
                let shadow = emit::zeroed_like(&builder, buffer);
                results.push(shadow);
                seeds.push(shadow);
            }
        }
        results.extend(made.map(|value| returned(&builder, value)));
        results.extend(shadows.iter().chain(&seeds));
        let tape_types: Vec<_> = tape
            .iter()
            .map(|ty| buffer_type(*ty))
            .chain(shadows.iter().chain(&seeds).map(|value| value.ty()))
            .collect();
        let (shadow_count, seed_count) = (shadows.len(), seeds.len());
        self.end(Mode::Split.attribute(), augment, block, &results)?;

        // The pullback.
        let scalars = outputs.iter().zip(&on_tensors.results);
        let scalars = scalars.filter(|(ty, activity)| activity.is_active() && !ty.is_tensor()).map(|(ty, _)| *ty);
        let parameters: Vec<_> = tape_types.iter().copied().chain(scalars).collect();
        let (block, builder) = self.begin(&parameters);
        let arguments = block.arguments();
        let (saved, rest) = arguments.split_at(tape.len());
        let (shadows, rest) = rest.split_at(shadow_count);
        let (given_seeds, scalars) = rest.split_at(seed_count);
        let (mut seeds, mut scalars, mut shadows) = (given_seeds.iter(), scalars.iter(), shadows.iter());
        let mut operands: Vec<_> = saved.iter().zip(&tape).map(|(value, ty)| tensor(&builder, *value, *ty)).collect();
        for (ty, _) in outputs.iter().zip(&on_tensors.results).filter(|(_, activity)| activity.is_active()) {
            operands.extend(match ty.is_tensor() {
                true => seeds.next().map(|value| tensor(&builder, *value, *ty)),
                false => scalars.next().copied(),
            });
        }
        let call = builder.create(func::Call::NAME, &operands, &back_to, &[("callee", pullback)], &[]);
        let mut made = call.results().into_iter();
        let mut results = vec![];
        for (ty, activity) in inputs.iter().zip(&on_tensors.arguments) {
            if *activity == Activity::Active {
                let Some(cotangent) = made.next() else { break };
                let shadow = if ty.is_tensor() { shadows.next().copied() } else { None };
                results.extend(added(&builder, cotangent, shadow));
            }
        }
        given_seeds.iter().for_each(|seed| emit::release(&builder, *seed));
        self.end(Mode::PULLBACK, pullback, block, &results)
    }
}

/// What a function of tensors takes, from what one of buffers takes.
fn tensor(builder: &Builder, value: Value, ty: Type) -> Value {
    if ty.is_tensor() { as_tensor(builder, value, ty, false) } else { value }
}

/// A tensor as a new buffer, which the caller may free.
fn returned(builder: &Builder, value: Value) -> Value {
    if !value.ty().is_tensor() {
        return value;
    }
    let buffer = read_only_buffer(builder, value);
    emit::snapshot(builder, buffer)
}

/// Adds a cotangent to a shadow; gives it back where there is none.
fn added(builder: &Builder, cotangent: Value, shadow: Option<Value>) -> Option<Value> {
    let Some(shadow) = shadow else { return Some(cotangent) };
    let buffer = read_only_buffer(builder, cotangent);
    emit::accumulate_all(builder, buffer, shadow);
    None
}

/// The operands for the arguments of a function on tensors, from the parameters of one on buffers; and for each active one the
/// shadow that comes with it, if it is a tensor.
fn taken(
    builder: &Builder,
    inputs: &[Type],
    request: &Request,
    given: &mut impl Iterator<Item = Value>,
) -> (Vec<Value>, Vec<Option<Value>>) {
    let (mut operands, mut shadows) = (vec![], vec![]);
    for (ty, activity) in inputs.iter().zip(&request.arguments) {
        operands.extend(given.next().map(|value| tensor(builder, value, *ty)));
        if activity.is_dup() {
            operands.extend(given.next());
        } else if activity.is_active() {
            shadows.push(if ty.is_tensor() { given.next() } else { None });
        }
    }
    (operands, shadows)
}
