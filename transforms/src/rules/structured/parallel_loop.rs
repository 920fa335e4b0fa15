//! `scf.parallel`.
//!
//! Forward: tangents beside the reduced values. Reverse: a parallel loop over the same space. In a program without races
//! a location has one writer or only readers, so that in reverse a location is taken by one iteration, or accumulated
//! into by several: accumulation is the only op that needs care, and lowering decides what it takes. The adjoint of a
//! sum, `r = x_1 + ... + x_n`, is that of each term. Active values from outside get the sum of what the iterations add.
//!
//! The normal form leaves sums as the only reductions: `autodiff-expand-reductions` turns others into loops.

use crate::{
    analysis::{activity::Activity, flow::Flow},
    emit::{self, Trips},
    engine::{Counter, Execution, Forward, Result, Reverse, Scope, some},
    rules::Rule,
};
use autodiff_dialect::ir::{Attribute, Block, Builder, Op, Region, Value};

pub(super) struct ParallelLoop;

/// An `scf.parallel` op by its parts.
struct Parts {
    lower: Vec<Value>,
    upper: Vec<Value>,
    step: Vec<Value>,
    initial: Vec<Value>,
    /// What each iteration adds to each result.
    reduced: Vec<Value>,
    /// The op that each reduction sums with.
    sums: Vec<&'static str>,
    body: Block,
}

impl Parts {
    fn new(op: Op) -> std::result::Result<Self, String> {
        let body = op.body(0).ok_or("'scf.parallel' op has a region with several blocks")?;
        let end = body.terminator().ok_or("'scf.parallel' op has no 'scf.reduce'")?;
        let rank = body.argument_count();
        let operands = op.operands();
        let part = |number: usize| operands[number * rank..(number + 1) * rank].to_vec();
        let mut sums = vec![];
        for number in 0..end.region_count() {
            sums.push(plain_reduction(end, number).filter(|name| is_sum(name)).ok_or(
                "'scf.parallel' op reduces by something else than a sum; run 'autodiff-expand-reductions' first",
            )?);
        }
        Ok(Self {
            lower: part(0),
            upper: part(1),
            step: part(2),
            initial: operands[3 * rank..].to_vec(),
            reduced: end.operands(),
            sums,
            body,
        })
    }

    fn counters(&self) -> Vec<Counter> {
        let trips = |dimension: usize| Trips {
            lower: self.lower[dimension],
            upper: self.upper[dimension],
            step: self.step[dimension],
            unsigned: false,
        };
        let inductions = self.body.arguments().into_iter().enumerate();
        inductions.map(|(dimension, induction)| Counter { trips: trips(dimension), induction }).collect()
    }

    fn bounds(&self) -> Vec<Value> {
        [&self.lower[..], &self.upper, &self.step].concat()
    }
}

fn is_sum(name: &str) -> bool {
    matches!(name, "arith.addf" | "complex.add" | "arith.addi")
}

/// The op that an `scf.reduce` combines two values with, if it does nothing else.
pub(crate) fn plain_reduction(end: Op, number: usize) -> Option<&'static str> {
    let block = end.body(number)?;
    let ops = block.ops();
    let [op, last] = ops.as_slice() else { return None };
    let pair = block.arguments();
    let combines = op.operand_count() == 2 && pair.iter().all(|value| op.operands().contains(value));
    (combines && op.result_count() == 1 && last.operands() == op.results()).then(|| op.name())
}

/// The body of a new loop of the same rank.
fn block_like(op: Op, source: Block) -> Block {
    let arguments: Vec<_> = source.arguments().into_iter().map(|argument| (argument.ty(), op.location())).collect();
    Block::new(&arguments)
}

/// Ends the body of a loop with the sums of values.
fn reduce(builder: &Builder, values: &[Value], sums: &[&str]) {
    let regions: Vec<_> = values
        .iter()
        .zip(sums)
        .map(|(value, sum)| {
            let (ty, location) = (value.ty(), builder.location());
            let block = Block::new(&[(ty, location), (ty, location)]);
            let inner = Builder::at_end(block, location);
            let sum = inner.same(sum, &block.arguments());
            inner.effect("scf.reduce.return", &[sum]);
            Region::with_block(block)
        })
        .collect();
    builder.create("scf.reduce", values, &[], &[], &regions);
}

/// A loop over the space that `bounds` describe.
fn new_loop(builder: &Builder, op: Op, bounds: &[Value], initial: &[Value], body: Block) -> Op {
    let rank = (bounds.len() / 3) as i32;
    let types: Vec<_> = initial.iter().map(|value| value.ty()).collect();
    let segments = Attribute::dense_i32(op.context(), &[rank, rank, rank, initial.len() as i32]);
    let operands = [bounds, initial].concat();
    let regions = [Region::with_block(body)];
    builder.create(op.name(), &operands, &types, &[("operandSegmentSizes", segments)], &regions)
}

impl Rule for ParallelLoop {
    fn flow(&self, op: Op, flow: &mut Flow) {
        let Ok(parts) = Parts::new(op) else { return flow.everything(op) };
        for (index, result) in op.results().into_iter().enumerate() {
            flow.forward(parts.initial[index], result);
            flow.forward(parts.reduced[index], result);
        }
    }

    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        Parts::new(op).map(|parts| parts.bounds()).unwrap_or_default()
    }

    fn mirrors(&self, op: Op, argument: Value) -> bool {
        op.body(0) == Some(argument.block())
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let parts = Parts::new(op).or_else(|message| forward.refuse(op, message))?;
        let activity = forward.activity();
        let active: Vec<_> = op.results().into_iter().map(|result| activity.is_active(result)).collect();
        let initial = forward.doubled(&parts.initial, |index| active[index])?;
        let block = block_like(op, parts.body);
        for (argument, new) in parts.body.arguments().into_iter().zip(block.arguments()) {
            forward.set_primal(argument, new);
        }
        forward.body(parts.body, block)?;
        let mut sums = vec![];
        for (sum, active) in parts.sums.iter().zip(&active) {
            sums.extend(std::iter::repeat_n(*sum, if *active { 1 + forward.width() } else { 1 }));
        }
        forward.within(block, |forward| {
            let values = forward.doubled(&parts.reduced, |index| active[index])?;
            reduce(&forward.builder(), &values, &sums);
            Ok(())
        })?;
        let bounds: Vec<_> = parts.bounds().into_iter().map(|value| forward.primal(value)).collect();
        let new = new_loop(&forward.builder(), op, &bounds, &initial, block);
        forward.bind_doubled(&op.results(), &new.results(), |index| active[index]);
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if !reverse.is_live(op) {
            reverse.copy(op);
            return Ok(());
        }
        let parts = Parts::new(op).or_else(|message| reverse.refuse(op, message))?;
        let block = block_like(op, parts.body);
        for (argument, new) in parts.body.arguments().into_iter().zip(block.arguments()) {
            reverse.bind(argument, new);
        }
        reverse.forward_body(parts.body, block, Execution::Parallel(parts.counters()))?;
        reverse.within(block, |reverse| {
            let values: Vec<_> = parts.reduced.iter().map(|value| reverse.counterpart(*value)).collect();
            reduce(&reverse.forward_builder(), &values, &parts.sums);
            Ok(())
        })?;
        let operands =
            |values: Vec<Value>| -> Vec<_> { values.into_iter().map(|value| reverse.counterpart(value)).collect() };
        let (bounds, initial) = (operands(parts.bounds()), operands(parts.initial));
        let new = new_loop(&reverse.forward_builder(), op, &bounds, &initial, block);
        for (result, new) in op.results().into_iter().zip(new.results()) {
            reverse.bind(result, new);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let parts = Parts::new(op).or_else(|message| reverse.refuse(op, message))?;
        let bounds = reverse.primals(&parts.bounds())?;
        let captured = reverse.captured(op);
        let active: Vec<_> =
            (0..op.result_count()).filter(|index| reverse.activity().is_active(op.result(*index))).collect();
        let select = |values: &[Value]| -> Vec<Value> { active.iter().map(|index| values[*index]).collect() };
        let r_bar = reverse.take_lanes(&select(&op.results()));
        let start = reverse.take_lanes_or_zero(captured)?;
        let block = block_like(op, parts.body);
        let inner = Builder::at_end(block, op.location());
        let rank = block.argument_count();
        let number = |dimension: usize| {
            let trips = Trips {
                lower: bounds[dimension],
                upper: bounds[rank + dimension],
                step: bounds[2 * rank + dimension],
                unsigned: false,
            };
            trips.number(&inner, block.argument(dimension))
        };
        let numbers = Some((0..rank).map(number).collect());
        reverse.scoped(Scope { source: parts.body, block, numbers, captured }, |reverse| {
            for (argument, new) in parts.body.arguments().into_iter().zip(block.arguments()) {
                reverse.provide(argument, new);
            }
            reverse.accumulate_lanes(&select(&parts.reduced), &r_bar)?;
            reverse.reverse_body(parts.body)?;
            let values = reverse.take_lanes_or_zero(captured)?;
            let sums: Vec<_> = values.iter().map(|value| emit::sum_op(value.ty())).collect();
            reduce(&reverse.builder(), &values, &sums);
            Ok(())
        })?;
        let new = new_loop(&reverse.builder(), op, &bounds, &start, block);
        reverse.set_lanes(captured, &some(&new.results()));
        reverse.accumulate_lanes(&select(&parts.initial), &r_bar)
    }
}
