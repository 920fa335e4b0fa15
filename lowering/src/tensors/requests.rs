//! Requests on tensors, taken out of the way of bufferization and made requests on buffers after it.
//!
//! `autodiff-defer-requests`:
//!
//! 1. Each request with tensors becomes a call of a function that is declared for it, on the buffers that the tensors
//!    will be: an `active` tensor is a `dup` buffer with a shadow of zeros, which holds the cotangent in the end.
//! 2. So do derivatives on tensors that functions name themselves (`named.rs`).
//!
//! `autodiff-restore-requests`: each such call becomes the request that its declaration keeps; the callee has buffers by
//! now.

use super::{as_tensor, buffer_type, named, read_only_buffer, tensor_extent};
use autodiff_dialect::{
    Activity,
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Region, Type, Value},
    state,
    views::{autodiff, bufferization, func, tensor},
};
use autodiff_transforms::emit;
use std::collections::{HashMap, HashSet};

/// What a declaration keeps of the request that it stands for: its attributes, and its name under [`NAME`].
const REQUEST: &str = "request";
const NAME: &str = "name";

pub(super) static DEFER: Pass = Pass::new(
    c"autodiff-defer-requests",
    c"Make requests on tensors calls on buffers, for the time of bufferization",
    &[],
    |_, module| {
        let result = Deferred::new(module).requests(module);
        result.and(named::adapt(module))
    },
);

pub(super) static RESTORE: Pass = Pass::new(
    c"autodiff-restore-requests",
    c"Make requests on buffers of the calls that stand for them",
    &[],
    |_, module| {
        restore(module);
        Ok(())
    },
);

/// For each argument or result one shadow a direction, if it is an active tensor.
type Shadows = Vec<Vec<Value>>;

/// The requests that have been replaced so far.
struct Deferred {
    names: HashSet<String>,
    /// By the tape of an `autodiff.augment`: the shadows of the tensors among its arguments, and among its results.
    tapes: HashMap<Value, (Shadows, Shadows)>,
}

impl Deferred {
    fn new(module: Op) -> Self {
        let names = module.walk().into_iter().filter_map(Op::symbol_name).collect();
        Self { names, tapes: HashMap::new() }
    }

    fn requests(&mut self, module: Op) -> Result<(), ()> {
        let mut result = Ok(());
        for op in module.walk() {
            let is_request = ["arg_activities", "result_activities"].iter().all(|name| op.attribute(name).is_some())
                && op.name().starts_with("autodiff.");
            if is_request && callee_types(op).is_some_and(|(from, to)| from.iter().chain(&to).any(|ty| ty.is_tensor()))
            {
                let deferred = self.defer(op).map_err(|message| Diagnostic::error(op.location(), message).emit());
                result = result.and(deferred);
            }
        }
        result
    }

    fn defer(&mut self, op: Op) -> Result<(), String> {
        let builder = Builder::before(op).ok_or("a request outside of a function")?;
        let (inputs, outputs) = callee_types(op).unwrap_or_default();
        let list = |name: &str| op.attribute(name).map(Attribute::as_activities).unwrap_or_default();
        let (arguments, results) = (list("arg_activities"), list("result_activities"));
        let width = op.attribute("width").and_then(Attribute::as_integer).map_or(1, |width| width as usize);
        let (is_pullback, is_augment) = (op.is::<autodiff::Pullback>(), op.is::<autodiff::Augment>());

        let mut given = op.operands().into_iter();
        let mut next = || given.next().ok_or_else(|| "a request with too few operands".to_owned());
        let mut operands = vec![];
        let (mut shadows, mut result_shadows) = (vec![vec![]; inputs.len()], vec![vec![]; outputs.len()]);
        if is_pullback {
            let tape = next()?;
            operands.push(tape);
            let known = self.tapes.get(&tape).cloned();
            (shadows, result_shadows) = known.ok_or(
                "the shadows of a tape of tensors are known only where its 'autodiff.augment' is in sight; pull the tape \
                 back in the function that makes it, or work on buffers",
            )?;
        }
        let primals = primals(op, &arguments, width);
        for (number, (activity, ty)) in arguments.iter().zip(&inputs).enumerate().filter(|_| !is_pullback) {
            let primal = next()?;
            operands.push(read_only_buffer(&builder, primal));
            for _ in (0..width).filter(|_| activity.is_dup()) {
                let tangent = next()?;
                // As values, a tangent and a primal may be one; as buffers, they must not.
                let is_primal = tangent.ty().is_tensor() && primals.contains(&viewed(tangent));
                let tangent = if is_primal { copied(&builder, tangent) } else { tangent };
                operands.push(read_only_buffer(&builder, tangent));
            }
            if activity.is_active() && ty.is_tensor() {
                shadows[number] = (0..width).map(|_| zeroed(&builder, primal)).collect();
                operands.extend(&shadows[number]);
            }
        }
        for (number, (activity, ty)) in results.iter().zip(&outputs).enumerate().filter(|_| !is_augment) {
            for lane in (0..width).filter(|_| activity.is_active()) {
                let cotangent = read_only_buffer(&builder, next()?);
                match ty.is_tensor() && is_pullback {
                    true => emit::accumulate_all(&builder, cotangent, result_shadows[number][lane]),
                    false => operands.push(cotangent),
                }
            }
        }

        let on_buffers: Vec<_> = (arguments.iter().zip(&inputs))
            .map(|(activity, ty)| if activity.is_active() && ty.is_tensor() { Activity::Dup } else { *activity })
            .collect();
        let of_buffers: Vec<_> = (results.iter().zip(&outputs))
            .map(|(activity, ty)| match activity {
                Activity::Active if ty.is_tensor() && (is_augment || is_pullback) => Activity::Dup,
                Activity::ActiveNoneed if ty.is_tensor() && (is_augment || is_pullback) => Activity::DupNoneed,
                other => *other,
            })
            .collect();
        let mut types = vec![];
        if !is_pullback {
            for (activity, ty) in of_buffers.iter().zip(&outputs) {
                types.extend(activity.keeps_primal().then(|| buffer_type(*ty)));
                types.extend(vec![buffer_type(*ty); if activity.is_dup() { width } else { 0 }]);
            }
        }
        if is_augment {
            types.push(Type::tape(builder.context()));
        } else {
            for (activity, ty) in on_buffers.iter().zip(&inputs).filter(|(activity, _)| activity.is_active()) {
                types.extend(vec![*ty; if activity.is_active() { width } else { 0 }]);
            }
        }
        let mut kept = op.attributes();
        kept.retain(|(name, _)| *name != "arg_activities" && *name != "result_activities");
        let context = builder.context();
        kept.push(("arg_activities", Attribute::activities(context, &on_buffers)));
        kept.push(("result_activities", Attribute::activities(context, &of_buffers)));
        let call = self.call(&builder, op, &operands, &types, kept);

        // What the request gave, from what the call gives and the shadows.
        let mut made = call.results().into_iter();
        let mut values = vec![];
        let to_tensor = |buffer: Value, ty: Type, fresh: bool| match ty.is_tensor() {
            true => as_tensor(&builder, buffer, ty, fresh),
            false => buffer,
        };
        if !is_pullback {
            for (number, (activity, ty)) in of_buffers.iter().zip(&outputs).enumerate() {
                if activity.keeps_primal() {
                    values.extend(made.next().map(|primal| to_tensor(primal, *ty, false)));
                }
                for dual in made.by_ref().take(if activity.is_dup() { width } else { 0 }) {
                    match is_augment && ty.is_tensor() {
                        true => result_shadows[number].push(dual),
                        false => values.push(to_tensor(dual, *ty, false)),
                    }
                }
            }
        }
        if is_augment {
            let tape = made.next().ok_or("a call without a tape")?;
            self.tapes.insert(tape, (shadows, result_shadows));
            values.push(tape);
        } else {
            for ((activity, ty), shadows) in arguments.iter().zip(&inputs).zip(&shadows) {
                for lane in (0..width).filter(|_| activity.is_active()) {
                    values.extend(match shadows.get(lane) {
                        Some(shadow) => Some(to_tensor(*shadow, *ty, true)),
                        None => made.next(),
                    });
                }
            }
        }
        for (old, new) in op.results().into_iter().zip(values) {
            old.replace_all_uses_with(new);
        }
        op.erase();
        Ok(())
    }

    /// Declares a function that keeps a request, and calls it.
    fn call(
        &mut self,
        builder: &Builder,
        op: Op,
        operands: &[Value],
        types: &[Type],
        mut kept: Vec<(&str, Attribute)>,
    ) -> Op {
        let context = builder.context();
        let name = crate::functions::free_name("__autodiff_request", &mut self.names);
        kept.push((NAME, Attribute::string(context, op.name())));
        let from: Vec<_> = operands.iter().map(|value| value.ty()).collect();
        let attributes = [
            ("sym_name", Attribute::string(context, &name)),
            ("function_type", Attribute::ty(Type::function(context, &from, types))),
            ("sym_visibility", Attribute::string(context, "private")),
            (REQUEST, Attribute::dictionary(context, &kept)),
        ];
        // Where its callee is, so that symbols mean the same.
        let place = op.attribute("callee").and_then(|callee| op.lookup_symbol(callee)).and_then(Builder::before);
        place.unwrap_or(*builder).create(func::Func::NAME, &[], &[], &attributes, &[Region::new()]);
        builder.create(func::Call::NAME, operands, types, &[("callee", Attribute::symbol(context, &name))], &[])
    }
}

/// The tensors that a request's primals are, or are parts of.
fn primals(op: Op, arguments: &[Activity], width: usize) -> HashSet<Value> {
    let mut operands = op.operands().into_iter();
    let mut primals = HashSet::new();
    for activity in arguments {
        primals.extend(operands.next().filter(|primal| primal.ty().is_tensor()).map(viewed));
        operands.by_ref().take(if activity.is_dup() { width } else { 0 }).for_each(drop);
    }
    primals
}

/// The tensor whose memory a tensor may be after bufferization, as far as it is only another form of it.
fn viewed(tensor: Value) -> Value {
    const VIEWS: [&str; 4] =
        [tensor::Cast::NAME, tensor::ExtractSlice::NAME, tensor::CollapseShape::NAME, tensor::ExpandShape::NAME];
    let source = |value: &Value| value.defining_op().filter(|op| VIEWS.contains(&op.name())).map(|op| op.operand(0));
    std::iter::successors(Some(tensor), source).last().unwrap_or(tensor)
}

/// A tensor with the content of another, in memory of its own.
fn copied(builder: &Builder, tensor: Value) -> Value {
    let segments = [("operandSegmentSizes", Attribute::dense_i32(builder.context(), &[0, 1, 0]))];
    builder.create(bufferization::AllocTensor::NAME, &[tensor], &[tensor.ty()], &segments, &[]).result(0)
}

/// A shadow of zeros for a tensor.
fn zeroed(builder: &Builder, tensor: Value) -> Value {
    let shape = tensor.ty().shape().into_iter().enumerate();
    let open = shape.filter(|(_, size)| *size == Type::DYNAMIC);
    let sizes: Vec<_> = open.map(|(dimension, _)| tensor_extent(builder, tensor, dimension)).collect();
    state::shadow(builder, buffer_type(tensor.ty()), &sizes)
}

/// Types of the arguments and results of a request's callee.
fn callee_types(op: Op) -> Option<(Vec<Type>, Vec<Type>)> {
    let function = op.lookup_symbol(op.attribute("callee")?)?;
    function.attribute("function_type")?.as_type()?.function_parts()
}

fn restore(module: Op) {
    let mut declarations = vec![];
    for op in module.walk() {
        if op.is_function() && op.attribute(REQUEST).is_some() {
            declarations.push(op);
        }
        let Some(kept) = (op.is::<func::Call>()).then(|| op.attribute("callee")).flatten() else { continue };
        let Some(kept) = op.lookup_symbol(kept).and_then(|function| function.attribute(REQUEST)?.as_dictionary())
        else {
            continue;
        };
        let name = kept.iter().find(|(name, _)| name == NAME).and_then(|(_, name)| name.as_string());
        let attributes: Vec<_> =
            kept.iter().filter(|(name, _)| name != NAME).map(|(name, value)| (name.as_str(), *value)).collect();
        let (Some(builder), Some(name)) = (Builder::before(op), name) else { continue };
        let types: Vec<_> = op.results().into_iter().map(Value::ty).collect();
        let request = builder.create(&name, &op.operands(), &types, &attributes, &[]);
        for (old, new) in op.results().into_iter().zip(request.results()) {
            old.replace_all_uses_with(new);
        }
        op.erase();
    }
    declarations.into_iter().for_each(Op::erase);
}
