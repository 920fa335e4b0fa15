//! `scf.for`.
//!
//! Forward: tangents beside the carried values. Reverse: a loop over the same number of iterations, last first. It
//! carries the adjoints of the iteration arguments, `bar(arg) = J(iteration)^T bar(yielded)`, and the adjoint of each
//! active value that the body uses from outside, which grows by every iteration.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit::{self, Trips, constant_index, shorten_chains, subtract, sum_in_any_order},
    engine::{Counter, Execution, Forward, Result, Reverse, Rule, Scope, some},
};
use autodiff_dialect::{
    ir::{Attribute, Block, Op, Region, Type, Value},
    views::{memref, scf},
};

pub(super) struct CountedLoop;

fn is_unsigned(op: Op) -> bool {
    op.attribute("unsignedCmp").is_some()
}

fn attributes(op: Op) -> Vec<(&'static str, Attribute)> {
    let own = op.attribute("unsignedCmp").map(|value| ("unsignedCmp", value));
    own.into_iter().chain(emit::notes(op)).collect()
}

fn initial(op: Op) -> Vec<Value> {
    op.operands().split_off(3)
}

/// The store of a nest of loops that runs over all elements of a buffer, the innermost loop over the last dimension.
fn full_store(op: Op) -> Option<(Value, Op)> {
    let mut inductions = vec![];
    let mut bounds = vec![];
    let mut current = op;
    loop {
        if constant_index(current.operand(0)) != Some(0) || constant_index(current.operand(2)) != Some(1) {
            return None;
        }
        let block = current.body(0)?;
        inductions.push(block.argument(0));
        bounds.push(current.operand(1));
        let ops = block.ops();
        if let Some(store) = ops.iter().find(|op| op.is::<memref::Store>() && op.operands()[2..] == inductions[..]) {
            let buffer = store.operand(1);
            let shape = buffer.ty().shape();
            let open = shape.iter().filter(|size| **size == Type::DYNAMIC).count();
            let covers = |(size, bound): (&i64, &Value)| match constant_index(*bound) {
                Some(bound) => bound == *size,
                None => open == 1 && *size == Type::DYNAMIC && is_extent_of(*bound, buffer),
            };
            return (shape.len() == bounds.len() && shape.iter().zip(&bounds).all(covers)).then_some((buffer, *store));
        }
        let mut loops = ops.into_iter().filter(|inner| inner.name() == op.name());
        current = loops.next()?;
        if loops.next().is_some() {
            return None;
        }
    }
}

/// Whether a bound is the only open size of a buffer, as the buffer says or as its allocation was told.
fn is_extent_of(bound: Value, buffer: Value) -> bool {
    let asked = bound.defining_op().is_some_and(|op| op.is::<memref::Dim>() && op.operand(0) == buffer);
    let told = buffer
        .defining_op()
        .is_some_and(|op| matches!(op.name(), memref::Alloc::NAME | memref::Alloca::NAME) && op.operands() == [bound]);
    asked || told
}

/// Buffers that a loop carries and only passes on, each to the place of one of them: pairs of a position and of the
/// position whose argument is yielded there. Empty if it does anything else with an active buffer that it carries.
fn take_turns(op: Op, source: Block, activity: &Activity) -> Vec<(usize, usize)> {
    let yielded = source.terminator().map(Op::operands).unwrap_or_default();
    let is_buffer = |index: &usize| {
        let argument = source.argument(index + 1);
        argument.ty().is_memory() && activity.is_active(argument)
    };
    let buffers: Vec<_> = (0..op.result_count()).filter(is_buffer).collect();
    let argument_of = |value: &Value| value.argument_number().filter(|_| value.block() == source)?.checked_sub(1);
    let turns: Vec<_> = buffers.iter().filter_map(|index| Some((*index, argument_of(yielded.get(*index)?)?))).collect();
    let all_return = buffers.iter().all(|index| turns.iter().filter(|(_, from)| from == index).count() == 1);
    if turns.len() == buffers.len() && all_return { turns } else { vec![] }
}

impl Semantics for CountedLoop {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        let Some(block) = op.body(0) else { return flow.everything(op) };
        let yielded = block.terminator().map(Op::operands).unwrap_or_default();
        for (index, start) in initial(op).into_iter().enumerate() {
            let (argument, result) = (block.argument(index + 1), op.result(index));
            for source in std::iter::once(start).chain(yielded.get(index).copied()) {
                flow.forward(source, argument);
                flow.forward(source, result);
            }
        }
    }

    fn overwrites(&self, op: Op) -> Option<(Value, Op)> {
        full_store(op)
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        op.operands().into_iter().take(3).collect()
    }

    fn iteration(&self, op: Op) -> Option<Block> {
        op.body(0)
    }

    fn mirrors(&self, op: Op, argument: Value) -> bool {
        op.body(0).is_some_and(|block| block.argument(0) == argument)
    }
}

impl Rule for CountedLoop {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let source = forward.block_of(op, 0)?;
        let activity = forward.activity();
        let active: Vec<_> = (0..op.result_count())
            .map(|index| activity.is_active(op.result(index)) || activity.is_active(source.argument(index + 1)))
            .collect();
        let start = forward.doubled(&initial(op), |index| active[index])?;
        let types: Vec<_> = start.iter().map(|value| value.ty()).collect();
        let block = Block::with_types(&[&[op.operand(0).ty()], &types[..]].concat(), op.location());
        let arguments = block.arguments();
        forward.set_primal(source.argument(0), arguments[0]);
        forward.bind_doubled(&source.arguments()[1..], &arguments[1..], |index| active[index]);
        forward.body(source, block)?;
        forward.within(block, |forward| {
            let yielded = source.terminator().map(Op::operands).unwrap_or_default();
            let values = forward.doubled(&yielded, |index| active[index])?;
            forward.builder().effect(scf::Yield::NAME, &values);
            Ok(())
        })?;
        let mut operands: Vec<_> = (0..3).map(|index| forward.primal(op.operand(index))).collect();
        operands.extend(start);
        let new = forward.builder().create(op.name(), &operands, &types, &attributes(op), &[Region::with_block(block)]);
        forward.bind_doubled(&op.results(), &new.results(), |index| active[index]);
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let source = reverse.block_of(op, 0)?;
        let trips =
            Trips { lower: op.operand(0), upper: op.operand(1), step: op.operand(2), unsigned: is_unsigned(op) };
        if reverse.preaccumulate(op, trips)? {
            return Ok(());
        }
        let execution = Execution::Counted(Counter { trips, induction: source.argument(0) });
        if reverse.reruns(source) {
            let copy = reverse.copy(op);
            reverse.describe_copy(source, reverse.block_of(copy, 0)?, execution);
            return Ok(());
        }
        let carried = reverse.shadowed(&source.arguments()[1..]);
        // The bounds and the step come first.
        let positions: Vec<_> = carried.iter().map(|index| index + 3).collect();
        let operands = reverse.with_shadows(&op.operands(), &positions)?;
        let types: Vec<_> = operands[3..].iter().map(|value| value.ty()).collect();
        let block = Block::with_types(&[&[operands[0].ty()], &types[..]].concat(), op.location());
        reverse.bind(source.argument(0), block.argument(0));
        reverse.bind_with_shadows(&source.arguments()[1..], &block.arguments()[1..], &carried);
        reverse.forward_body(source, block, execution)?;
        reverse.within(block, |reverse| {
            let yielded = source.terminator().map(Op::operands).unwrap_or_default();
            let values = reverse.with_shadows(&yielded, &carried)?;
            reverse.forward_builder().effect(scf::Yield::NAME, &values);
            Ok(())
        })?;
        let new = reverse.forward_builder().create(
            op.name(),
            &operands,
            &types,
            &attributes(op),
            &[Region::with_block(block)],
        );
        reverse.bind_with_shadows(&op.results(), &new.results(), &carried);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if reverse.scale_partials(op)? {
            return Ok(());
        }
        let source = reverse.block_of(op, 0)?;
        let trips = Trips {
            lower: reverse.primal(op.operand(0))?,
            upper: reverse.primal(op.operand(1))?,
            step: reverse.primal(op.operand(2))?,
            unsigned: is_unsigned(op),
        };
        let activity = reverse.activity();
        let carried: Vec<_> = (0..op.result_count())
            .filter(|index| {
                let argument = source.argument(index + 1);
                !argument.ty().is_memory() && (activity.is_active(op.result(*index)) || activity.is_active(argument))
            })
            .collect();
        let turns = take_turns(op, source, activity);
        let captured = reverse.captured(op);
        let select = |values: &[Value]| -> Vec<Value> { carried.iter().map(|index| values[*index]).collect() };
        let mut start = reverse.take_lanes_or_zero(&select(&op.results()))?;
        let split = start.len();
        start.extend(reverse.take_lanes_or_zero(captured)?);
        let adjoints = start.len();
        // Buffers that take turns forwards do so backwards: their shadows need no cache.
        for (index, _) in &turns {
            start.extend(reverse.lane_shadows(op.result(*index))?);
        }
        let builder = reverse.builder();
        let count = trips.count(&builder);
        let (zero, one) = (builder.index(0), builder.index(1));
        let types: Vec<_> = start.iter().map(|value| value.ty()).collect();
        let block = Block::with_types(&[&[count.ty()], &types[..]].concat(), op.location());
        let inner = autodiff_dialect::ir::Builder::at_end(block, op.location());
        let last = subtract(&builder, count, one);
        let number = subtract(&inner, last, block.argument(0));
        let induction = trips.induction(&inner, number);
        reverse.scoped(Scope { source, block, numbers: Some(vec![number]), captured }, |reverse| {
            reverse.provide(source.argument(0), induction);
            let bars = some(&block.arguments()[1..=adjoints]);
            let arguments = block.arguments().split_off(1 + adjoints);
            let shadows: Vec<_> = turns.iter().zip(arguments.chunks(reverse.width())).collect();
            for ((_, from), shadows) in &shadows {
                reverse.provide_shadows(source.argument(from + 1), shadows)?;
            }
            reverse.set_lanes(captured, &bars[split..]);
            let yielded = source.terminator().map(Op::operands).unwrap_or_default();
            if reverse.reruns(source) {
                reverse.rerun(source, &[induction])?;
            }
            reverse.accumulate_lanes(&select(&yielded), &bars[..split])?;
            reverse.reverse_body(source)?;
            let mut values = reverse.take_lanes_or_zero(&select(&source.arguments()[1..]))?;
            values.extend(reverse.take_lanes_or_zero(captured)?);
            let sums = split..values.len();
            for (index, _) in &turns {
                let before = shadows.iter().filter(|((_, from), _)| from == index);
                values.extend(before.flat_map(|(_, shadows)| *shadows));
            }
            let end = reverse.builder().effect(scf::Yield::NAME, &values);
            sums.for_each(|place| sum_in_any_order(block.argument(1 + place), end, place));
            Ok(())
        })?;
        let operands = [&[zero, count, one], &start[..]].concat();
        let new =
            reverse.builder().create(scf::For::NAME, &operands, &types, &emit::hints(op), &[Region::with_block(block)]);
        shorten_chains(block, split);
        let bars = some(&new.results()[..adjoints]);
        reverse.set_lanes(captured, &bars[split..]);
        reverse.accumulate_lanes(&select(&initial(op)), &bars[..split])
    }
}
