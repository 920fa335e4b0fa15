//! `scf.parallel`.
//!
//! Forward: tangents beside the reduced values. Reverse: a parallel loop over the same space. In a program without races
//! a location has one writer or only readers, so that in reverse a location is taken by one iteration, or accumulated
//! into by several: accumulation is the only op that needs care, and lowering decides what it takes. The adjoint of a
//! sum, `r = x_1 + ... + x_n`, is that of each term. Active values from outside get the sum of what the iterations add.
//!
//! The normal form leaves sums as the only reductions: `autodiff-expand-reductions` turns others into loops.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit::{self, Trips},
    engine::{Counter, Execution, Forward, Result, Reverse, Rule, Scope, some},
};
use autodiff_dialect::ir::{Block, Builder, Op, Value};

pub(super) struct ParallelLoop;

/// An `scf.parallel` op by its parts.
struct Parts {
    trips: Vec<Trips>,
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
        let mut sums = vec![];
        for number in 0..end.region_count() {
            sums.push(emit::plain_reduction(end, number).filter(|name| emit::is_sum(name)).ok_or(
                "'scf.parallel' op reduces by something else than a sum; run 'autodiff-expand-reductions' first",
            )?);
        }
        Ok(Self {
            trips: emit::parallel_trips(op),
            initial: op.operands().split_off(3 * rank),
            reduced: end.operands(),
            sums,
            body,
        })
    }

    fn counters(&self) -> Vec<Counter> {
        let inductions = self.body.arguments();
        self.trips.iter().zip(inductions).map(|(trips, induction)| Counter { trips: *trips, induction }).collect()
    }

    fn bounds(&self) -> Vec<Value> {
        let part = |of: fn(&Trips) -> Value| self.trips.iter().map(of).collect::<Vec<_>>();
        [part(|trips| trips.lower), part(|trips| trips.upper), part(|trips| trips.step)].concat()
    }
}

/// The body of a new loop of the same rank.
fn block_like(op: Op, source: Block) -> Block {
    Block::with_types(&source.arguments().into_iter().map(Value::ty).collect::<Vec<_>>(), op.location())
}

impl Semantics for ParallelLoop {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        let Ok(parts) = Parts::new(op) else { return flow.everything(op) };
        for (index, result) in op.results().into_iter().enumerate() {
            flow.forward(parts.initial[index], result);
            flow.forward(parts.reduced[index], result);
        }
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        Parts::new(op).map(|parts| parts.bounds()).unwrap_or_default()
    }

    fn iteration(&self, op: Op) -> Option<Block> {
        op.body(0)
    }

    fn mirrors(&self, op: Op, argument: Value) -> bool {
        op.body(0) == Some(argument.block())
    }
}

impl Rule for ParallelLoop {
    fn handles_all_lanes(&self) -> bool {
        true
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
            emit::reduce(&forward.builder(), &values, &sums);
            Ok(())
        })?;
        let bounds: Vec<_> = parts.bounds().into_iter().map(|value| forward.primal(value)).collect();
        let new = emit::parallel(&forward.builder(), &bounds, &initial, block);
        emit::notes(op).into_iter().for_each(|(name, value)| new.set_attribute(name, value));
        forward.bind_doubled(&op.results(), &new.results(), |index| active[index]);
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let parts = Parts::new(op).or_else(|message| reverse.refuse(op, message))?;
        let execution = Execution::Parallel(parts.counters());
        if reverse.reruns(parts.body) {
            let copy = reverse.copy(op);
            reverse.describe_copy(parts.body, reverse.block_of(copy, 0)?, execution);
            return Ok(());
        }
        let block = block_like(op, parts.body);
        for (argument, new) in parts.body.arguments().into_iter().zip(block.arguments()) {
            reverse.bind(argument, new);
        }
        reverse.forward_body(parts.body, block, execution)?;
        reverse.within(block, |reverse| {
            let values: Vec<_> = parts.reduced.iter().map(|value| reverse.counterpart(*value)).collect();
            emit::reduce(&reverse.forward_builder(), &values, &parts.sums);
            Ok(())
        })?;
        let operands =
            |values: Vec<Value>| -> Vec<_> { values.into_iter().map(|value| reverse.counterpart(value)).collect() };
        let (bounds, initial) = (operands(parts.bounds()), operands(parts.initial));
        let new = emit::parallel(&reverse.forward_builder(), &bounds, &initial, block);
        emit::notes(op).into_iter().for_each(|(name, value)| new.set_attribute(name, value));
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
            if reverse.reruns(parts.body) {
                reverse.rerun(parts.body, &block.arguments())?;
            }
            reverse.accumulate_lanes(&select(&parts.reduced), &r_bar)?;
            reverse.reverse_body(parts.body)?;
            let values = reverse.take_lanes_or_zero(captured)?;
            let sums: Vec<_> = values.iter().map(|value| emit::sum_op(value.ty())).collect();
            emit::reduce(&reverse.builder(), &values, &sums);
            Ok(())
        })?;
        let new = emit::parallel(&reverse.builder(), &bounds, &start, block);
        reverse.set_lanes(captured, &some(&new.results()));
        reverse.accumulate_lanes(&select(&parts.initial), &r_bar)
    }
}
