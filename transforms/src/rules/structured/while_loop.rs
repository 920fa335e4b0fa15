//! `scf.while`.
//!
//! The forward sweep counts how often the `after` region runs, n times; `before` runs n + 1 times. The reverse is a
//! counted loop of n + 1 iterations. Each reverses `after`, except the first, which starts from the cotangents of the
//! results instead, and then `before`:
//!
//! ```text
//! bar(forwarded) = first ? bar(results) : J(after)^T bar(carried)
//! bar(carried)   = J(before)^T bar(forwarded)
//! ```

use crate::{
    analysis::{flow::Flow, semantics::Semantics},
    emit::{self, add, subtract},
    engine::{Execution, Forward, Result, Reverse, Rule, Scope, some},
};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Region, Type, Value},
    views::{arith, scf},
};

pub(super) struct While;

/// The parts of the op.
struct Parts {
    before: Block,
    after: Block,
    /// Operands of `scf.condition` after the condition.
    forwarded: Vec<Value>,
    condition: Option<Value>,
    yielded: Vec<Value>,
}

impl Parts {
    fn new(before: Block, after: Block) -> Self {
        let mut forwarded = before.terminator().map(Op::operands).unwrap_or_default();
        let condition = (!forwarded.is_empty()).then(|| forwarded.remove(0));
        Self { before, after, forwarded, condition, yielded: after.terminator().map(Op::operands).unwrap_or_default() }
    }
}

fn block_like(values: &[Value], op: Op) -> Block {
    Block::with_types(&values.iter().map(|value| value.ty()).collect::<Vec<_>>(), op.location())
}

impl Semantics for While {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        let (Some(before), Some(after)) = (op.body(0), op.body(1)) else { return flow.everything(op) };
        let parts = Parts::new(before, after);
        for (index, argument) in before.arguments().into_iter().enumerate() {
            flow.forward(op.operand(index), argument);
            if let Some(value) = parts.yielded.get(index) {
                flow.forward(*value, argument);
            }
        }
        for ((value, argument), result) in parts.forwarded.into_iter().zip(after.arguments()).zip(op.results()) {
            flow.forward(value, argument);
            flow.forward(value, result);
        }
    }
}

impl Rule for While {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let parts = Parts::new(forward.block_of(op, 0)?, forward.block_of(op, 1)?);
        let activity = forward.activity();
        let active = |value: Value| activity.is_active(value);
        let carried: Vec<_> = parts.before.arguments().into_iter().map(active).collect();
        let given: Vec<_> = (0..op.result_count())
            .map(|index| active(op.result(index)) || active(parts.after.argument(index)))
            .collect();
        let start = forward.doubled(&op.operands(), |index| carried[index])?;
        let before = block_like(&start, op);
        forward.bind_doubled(&parts.before.arguments(), &before.arguments(), |index| carried[index]);
        forward.body(parts.before, before)?;
        let types = forward.within(before, |forward| {
            let mut values: Vec<_> = parts.condition.map(|condition| forward.primal(condition)).into_iter().collect();
            values.extend(forward.doubled(&parts.forwarded, |index| given[index])?);
            forward.builder().effect(scf::Condition::NAME, &values);
            Ok(values[1..].iter().map(|value| value.ty()).collect::<Vec<_>>())
        })?;
        let after = Block::with_types(&types, op.location());
        forward.bind_doubled(&parts.after.arguments(), &after.arguments(), |index| given[index]);
        forward.body(parts.after, after)?;
        forward.within(after, |forward| {
            let values = forward.doubled(&parts.yielded, |index| carried[index])?;
            forward.builder().effect(scf::Yield::NAME, &values);
            Ok(())
        })?;
        let regions = [Region::with_block(before), Region::with_block(after)];
        let new = forward.builder().create(op.name(), &start, &types, &emit::notes(op), &regions);
        forward.bind_doubled(&op.results(), &new.results(), |index| given[index]);
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let parts = Parts::new(reverse.block_of(op, 0)?, reverse.block_of(op, 1)?);
        let carried = reverse.shadowed(&parts.before.arguments());
        let given = reverse.shadowed(&op.results());
        let index = Type::index(op.context());
        let on_device = reverse.is_on_device(parts.before);
        let mut start = reverse.with_shadows(&op.operands(), &carried)?;
        start.push(reverse.forward_builder().index(0));

        let before = block_like(&start, op);
        let arguments = before.arguments();
        reverse.bind_with_shadows(&parts.before.arguments(), &arguments, &carried);
        let counter = arguments[arguments.len() - 1];
        let execution = |number| if on_device { Execution::Walked(number) } else { Execution::Unbounded };
        reverse.forward_body(parts.before, before, execution(counter))?;
        let types = reverse.within(before, |reverse| {
            let mut values: Vec<_> = parts.condition.iter().map(|value| reverse.counterpart(*value)).collect();
            values.extend(reverse.with_shadows(&parts.forwarded, &given)?);
            values.push(counter);
            reverse.forward_builder().effect(scf::Condition::NAME, &values);
            Ok(values[1..].iter().map(|value| value.ty()).collect::<Vec<_>>())
        })?;

        let after = Block::with_types(&types, op.location());
        let arguments = after.arguments();
        reverse.bind_with_shadows(&parts.after.arguments(), &arguments, &given);
        reverse.forward_body(parts.after, after, execution(arguments[arguments.len() - 1]))?;
        reverse.within(after, |reverse| {
            let mut values = reverse.with_shadows(&parts.yielded, &carried)?;
            let builder = reverse.forward_builder();
            let one = builder.index(1);
            values.push(builder.op(arith::Addi::NAME, &[arguments[arguments.len() - 1], one], index));
            builder.effect(scf::Yield::NAME, &values);
            Ok(())
        })?;

        let regions = [Region::with_block(before), Region::with_block(after)];
        let new = reverse.forward_builder().create(op.name(), &start, &types, &emit::notes(op), &regions);
        reverse.bind_with_shadows(&op.results(), &new.results(), &given);
        reverse.save(op, 0, new.result(new.result_count() - 1));
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let parts = Parts::new(reverse.block_of(op, 0)?, reverse.block_of(op, 1)?);
        let activity = reverse.activity();
        let is_active = |value: Value| !value.ty().is_memory() && activity.is_active(value);
        let carried: Vec<_> =
            (0..op.operand_count()).filter(|index| is_active(parts.before.argument(*index))).collect();
        let given: Vec<_> = (0..op.result_count())
            .filter(|index| is_active(op.result(*index)) || is_active(parts.after.argument(*index)))
            .collect();
        let captured = reverse.captured(op);
        let select = |indices: &[usize], values: &[Value]| -> Vec<Value> {
            indices.iter().map(|index| values[*index]).collect()
        };
        let y_bar = reverse.take_lanes_or_zero(&select(&given, &op.results()))?;
        let mut start = vec![];
        for index in &carried {
            let zero = reverse.zero_sum(op.operand(*index))?;
            start.extend(vec![zero; reverse.width()]);
        }
        let split = start.len();
        start.extend(reverse.take_lanes_or_zero(captured)?);
        let trips = reverse.saved(op, 0)?;
        let builder = reverse.builder();
        let (zero, one) = (builder.index(0), builder.index(1));
        let count = add(&builder, trips, one);
        let block = block_like(&start, op);
        let index = block.insert_argument(0, count.ty(), op.location());
        let arguments = block.arguments().split_off(1);
        let (carried_bar, captured_bar) = arguments.split_at(split);

        let inner = Builder::at_end(block, op.location());
        // Where caches are arrays: the number of the run of either region that the iteration reverses.
        let numbers = reverse.is_on_device(parts.before).then(|| vec![subtract(&inner, trips, index)]);
        reverse.scoped(Scope { source: parts.before, block, numbers: numbers.clone(), captured }, |reverse| {
            // The reverse of `after`, unless this is the first iteration.
            let first = inner.cmpi(arith::CmpIPredicate::Eq, index, zero);
            let (then, otherwise) = (Block::new(&[]), Block::new(&[]));
            Builder::at_end(then, op.location()).effect(scf::Yield::NAME, &[&y_bar[..], captured_bar].concat());
            let scope = Scope { source: parts.after, block: otherwise, numbers, captured };
            reverse.scoped(scope, |reverse| {
                reverse.set_lanes(captured, &some(captured_bar));
                reverse.accumulate_lanes(&select(&carried, &parts.yielded), &some(carried_bar))?;
                reverse.reverse_body(parts.after)?;
                let mut values = reverse.take_lanes_or_zero(&select(&given, &parts.after.arguments()))?;
                values.extend(reverse.take_lanes_or_zero(captured)?);
                reverse.builder().effect(scf::Yield::NAME, &values);
                Ok(())
            })?;
            let types: Vec<_> = y_bar.iter().chain(captured_bar).map(|value| value.ty()).collect();
            let regions = [Region::with_block(then), Region::with_block(otherwise)];
            let bars = inner.create(scf::If::NAME, &[first], &types, &[], &regions).results();
            let (given_bar, captured_bar) = bars.split_at(y_bar.len());

            // The reverse of `before`.
            reverse.set_lanes(captured, &some(captured_bar));
            reverse.accumulate_lanes(&select(&given, &parts.forwarded), &some(given_bar))?;
            reverse.reverse_body(parts.before)?;
            let mut values = reverse.take_lanes_or_zero(&select(&carried, &parts.before.arguments()))?;
            values.extend(reverse.take_lanes_or_zero(captured)?);
            reverse.builder().effect(scf::Yield::NAME, &values);
            Ok(())
        })?;

        let types: Vec<_> = start.iter().map(|value| value.ty()).collect();
        let operands = [&[zero, count, one], &start[..]].concat();
        let new =
            reverse.builder().create(scf::For::NAME, &operands, &types, &emit::hints(op), &[Region::with_block(block)]);
        let bars = some(&new.results());
        reverse.set_lanes(captured, &bars[split..]);
        reverse.accumulate_lanes(&select(&carried, &op.operands()), &bars[..split])
    }
}
