//! Makes functions of the iterations of parallel loops, so that LLVM knows which of their buffers are distinct.
//!
//! OpenMP's threads run a function that gets everything through one pointer: LLVM no longer sees that buffers are
//! arguments marked `llvm.noalias`, or allocations. Parameters of a function that is inlined into that one can say so.
//!
//! 1. Find parallel loops with loops inside, and the values that they use from outside.
//! 2. Move their bodies into private functions, always inlined, with a parameter for each of these values.
//! 3. Mark the buffers that are distinct from all others.

use crate::{
    alias::distinct::distinct,
    functions::{PrivateFunction, free_name},
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region, Value},
    views::{arith, func, memref, scf},
};
use autodiff_transforms::analysis::is_loop;
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-outline-iterations",
    c"Make functions of the iterations of parallel loops, with distinct buffers marked",
    &[],
    |_, module| {
        let ops = module.walk();
        let mut names: HashSet<String> = ops.iter().filter_map(|op| op.symbol_name()).collect();
        for op in ops.into_iter().filter(|op| op.is::<scf::Parallel>()) {
            let around = op.ancestors();
            let mut around = around.filter(|op| op.is::<scf::Parallel>() || !op.name().starts_with("scf."));
            // A loop inside of another goes along with it; one in a kernel has other threads.
            if let Some(function) = around.next().filter(|op| op.is::<func::Func>()) {
                outline(op, function, &mut names);
            }
        }
        Ok(())
    },
);

/// More pairs of buffers are not compared.
const MOST_BUFFERS: usize = 64;

fn outline(op: Op, function: Op, names: &mut HashSet<String>) -> Option<()> {
    let (block, context, location) = (op.body(0)?, op.context(), op.location());
    let end = block.terminator()?;
    let ops: Vec<_> = block.ops().into_iter().filter(|inner| *inner != end).flat_map(Op::walk).collect();
    let inputs = inputs(op, &ops);
    let noalias = distinct_from_others(&inputs);
    // What combines values may use others of the iteration; nothing writes it so.
    let of_iteration = |value: &Value| op.encloses_value(*value) && !end.encloses_value(*value);
    let combined = end.walk().into_iter().filter(|inner| *inner != end);
    if combined.flat_map(Op::operands).any(|value| of_iteration(&value)) {
        return None;
    }
    if !noalias.contains(&true) || !ops.iter().any(is_loop) || !ops.iter().all(|inner| has_known_buffers(*inner)) {
        return None;
    }
    let none = Attribute::empty_dictionary(context);
    let marked = none.with_entry(context, "llvm.noalias", Attribute::unit(context));
    let (start, behind, place) = (Builder::at_start(block, location), Builder::before(end)?, Builder::after(function)?);

    // The body uses parameters and constants of its own.
    let iterations = block.arguments();
    let mut inner = HashMap::new();
    for value in &inputs {
        inner.insert(*value, block.add_argument(value.ty(), location));
    }
    for user in &ops {
        for (number, value) in user.operands().into_iter().enumerate().filter(|(_, value)| !op.encloses_value(*value)) {
            let copy = || start.insert(value.defining_op()?.duplicate()).results().first().copied();
            let own = inner.get(&value).copied().or_else(|| copy().inspect(|own| _ = inner.insert(value, *own)));
            own.into_iter().for_each(|own| user.set_operand(number, own));
        }
    }
    let is_result = |value: &Value| value.defining_op().is_some_and(|from| op.encloses(from));
    let results: Vec<_> = end.operands().into_iter().filter(is_result).collect();
    behind.effect(func::Return::NAME, &results);

    // The loop gets a new one, which calls it.
    let new = Block::new(&iterations.iter().map(|value| (value.ty(), location)).collect::<Vec<_>>());
    let operands: Vec<_> = new.arguments().into_iter().chain(inputs).collect();
    let types: Vec<_> = results.iter().map(|value| value.ty()).collect();
    let stem = function.symbol_name().unwrap_or_default();
    let name = free_name(&format!("{stem}.iteration"), names);
    let callee = [("callee", Attribute::symbol(context, &name))];
    let call = Builder::at_end(new, location).create(func::Call::NAME, &operands, &types, &callee, &[]);
    end.move_after(call);
    for (number, value) in end.operands().into_iter().enumerate() {
        if let Some(place) = results.iter().position(|result| *result == value) {
            end.set_operand(number, call.result(place));
        } else if let Some(place) = iterations.iter().position(|iteration| *iteration == value) {
            end.set_operand(number, new.argument(place));
        }
    }
    let region = Region::new();
    region.take_body(op.region(0));
    op.region(0).append(new);

    let parameters: Vec<_> = block.arguments().iter().map(|value| value.ty()).collect();
    let marks = std::iter::repeat_n(false, iterations.len()).chain(noalias);
    let marks: Vec<_> = marks.map(|distinct| if distinct { marked } else { none }).collect();
    let function = PrivateFunction {
        name: &name,
        parameters: &parameters,
        marks: &marks,
        results: &types,
        passthrough: "alwaysinline",
        body: region,
    };
    function.create(&place.with_location(location));
    Some(())
}

/// What ops of a loop use from outside, but for constants.
fn inputs(op: Op, ops: &[Op]) -> Vec<Value> {
    let mut seen = HashSet::new();
    let used = ops.iter().flat_map(|inner| inner.operands()).filter(|value| seen.insert(*value));
    let constant = |value: &Value| value.defining_op().is_some_and(|op| op.is_constant());
    used.filter(|value| !op.encloses_value(*value) && !constant(value)).collect()
}

/// For each value whether it is a buffer that overlaps with no other one.
fn distinct_from_others(values: &[Value]) -> Vec<bool> {
    let buffers: Vec<_> = values.iter().copied().filter(|value| value.ty().is_memref()).collect();
    let is_distinct = |value: &Value| {
        let mut others = buffers.iter().filter(|other| *other != value);
        value.ty().is_memref() && buffers.len() <= MOST_BUFFERS && others.all(|other| distinct(*value, *other))
    };
    values.iter().map(is_distinct).collect()
}

/// Whether the buffers that an op gives are new, or come from buffers that others see, too.
fn has_known_buffers(op: Op) -> bool {
    let known = |value: Value| {
        !value.ty().is_memory()
            || matches!(
                op.name(),
                memref::Alloc::NAME
                    | memref::Alloca::NAME
                    | scf::For::NAME
                    | scf::If::NAME
                    | scf::While::NAME
                    | arith::Select::NAME
            )
            || op.view_source(value).is_some()
    };
    op.results().into_iter().all(known)
}
