//! Sums whose derivatives are made in the forward sweep, with the cotangent one, and multiplied by the cotangent in the
//! reverse sweep ([`crate::analysis::preaccumulation`]).

use crate::{
    analysis::preaccumulation::Preaccumulation,
    emit::{self, Trips, guarded, sum_in_any_order},
    engine::{Counter, Execution, Result, Reverse, Scope, forward::no_zero, internal, some},
};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Region, Type, Value},
    views::{arith, memref, scf},
};

/// A sum that is being preaccumulated.
pub(super) struct Sweep {
    pub(super) op: Op,
    /// The loops inside, which are parts of the sum.
    inner: Vec<Op>,
    /// The cotangent of the sum: one.
    seed: Value,
    /// The buffers that it loads from, each with that of its partials.
    partials: Vec<(Value, Value)>,
}

impl Reverse<'_> {
    /// What takes the place of the shadow of a buffer in the sum that is being preaccumulated.
    pub(super) fn partials_of(&self, buffer: Value) -> Option<Value> {
        let sweep = self.sweep.as_ref()?;
        sweep.partials.iter().find(|(of, _)| *of == buffer).map(|(_, partials)| *partials)
    }

    /// The forward sweep of a loop that is a sum to be preaccumulated, or a part of one. Whether it is.
    ///
    /// `trips`: the primal's.
    pub fn preaccumulate(&mut self, op: Op, trips: Trips) -> Result<bool> {
        if self.sweep.as_ref().is_some_and(|sweep| sweep.inner.contains(&op)) {
            let captured = self.captured(op);
            let sums = self.swept(op, trips)?;
            self.accumulate_lanes(captured, &some(&sums))?;
            return Ok(true);
        }
        let Some(sum) = self.facts().preaccumulation(op).cloned() else { return Ok(false) };
        let builder = self.forward_builder();
        let no_number = || no_zero(op.result(0));
        let seed = builder.number(op.result(0).ty(), 1.0).ok_or_else(no_number)?;
        let partials = self.new_partials(&builder, &sum, trips);
        let width = std::mem::replace(&mut self.width, 1);
        self.sweep = Some(Sweep { op, inner: sum.inner, seed, partials });
        let sums = self.swept(op, trips);
        let partials = self.sweep.take().map(|sweep| sweep.partials).unwrap_or_default();
        self.width = width;
        let buffers = partials.into_iter().map(|(_, partials)| partials);
        for (number, value) in sums?.into_iter().chain(buffers).enumerate() {
            self.save(op, number, value);
        }
        Ok(true)
    }

    /// Empty buffers for the partials of what a sum loads, as large as what it loads from; of no size where it does not
    /// run.
    fn new_partials(&self, builder: &Builder, sum: &Preaccumulation, trips: Trips) -> Vec<(Value, Value)> {
        let [lower, upper] = [trips.lower, trips.upper].map(|bound| self.counterpart(bound));
        let compare = || builder.cmpi(trips.less(), lower, upper);
        let mut partials = vec![];
        let mut runs = None;
        for buffer in &sum.buffers {
            let runs = *runs.get_or_insert_with(compare);
            let rank = buffer.ty().shape().len();
            let sizes = (0..rank).map(|dimension| {
                let size = emit::extent(builder, self.counterpart(*buffer), dimension);
                builder.op(arith::Select::NAME, &[runs, size, builder.index(0)], size.ty())
            });
            let ty = Type::memref(buffer.ty().element(), &vec![Type::DYNAMIC; rank]);
            let sizes: Vec<_> = sizes.collect();
            partials.push((*buffer, emit::zeroed(builder, ty, &sizes)));
        }
        partials
    }

    /// A loop whose iterations are followed by their reverse at once: the sums of the adjoints of what it captures.
    fn swept(&mut self, op: Op, trips: Trips) -> Result<Vec<Value>> {
        let missing = || internal(op.location(), "a sum is not being preaccumulated");
        let seed = self.sweep.as_ref().map(|sweep| sweep.seed).ok_or_else(missing)?;
        let source = self.block_of(op, 0)?;
        let captured = self.captured(op);
        let builder = self.forward_builder();
        let mut operands: Vec<_> = op.operands().into_iter().map(|operand| self.counterpart(operand)).collect();
        for value in captured {
            operands.push(builder.number(self.sum_type(value.ty()), 0.0).ok_or_else(|| no_zero(*value))?);
        }
        let types: Vec<_> = operands[3..].iter().map(|value| value.ty()).collect();
        let block = Block::with_types(&[&[operands[0].ty()], &types[..]].concat(), op.location());
        for (argument, new) in source.arguments().into_iter().zip(block.arguments()) {
            self.bind(argument, new);
        }
        self.scoped(Scope { source, block, numbers: None, captured }, |reverse| {
            reverse.set_lanes(captured, &some(&block.arguments()[2..]));
            let counter = Counter { trips, induction: source.argument(0) };
            reverse.forward_body(source, block, Execution::Counted(counter))?;
            let yielded = source.terminator().map(Op::operands).unwrap_or_default();
            for value in &yielded {
                reverse.accumulate(*value, seed)?;
            }
            reverse.reverse_body(source)?;
            // The cotangent of the sum so far is that of the sum.
            reverse.take_adjoint(source.argument(1));
            let mut values: Vec<_> = yielded.iter().map(|value| reverse.counterpart(*value)).collect();
            values.extend(reverse.take_lanes_or_zero(captured)?);
            let sums = 1..values.len();
            let end = reverse.builder().effect(scf::Yield::NAME, &values);
            sums.for_each(|place| sum_in_any_order(block.argument(1 + place), end, place));
            Ok(())
        })?;
        let region = Region::with_block(block);
        let new = builder.create(op.name(), &operands, &types, &op.attributes(), &[region]);
        self.bind(op.result(0), new.result(0));
        Ok(new.results().split_off(1))
    }

    /// The reverse sweep of a loop that was preaccumulated, or of a part of one. Whether it was.
    pub fn scale_partials(&mut self, op: Op) -> Result<bool> {
        let is_part = self.sweep.as_ref().is_some_and(|sweep| sweep.inner.contains(&op));
        let sum = self.facts().preaccumulation(op).cloned();
        if !is_part && sum.is_none() {
            return Ok(false);
        }
        let seeds = self.take_lanes(&[op.result(0)]);
        self.accumulate_lanes(&[op.operand(3)], &seeds)?;
        let Some(sum) = sum else { return Ok(true) };
        let captured = self.captured(op);
        let scaled = |reverse: &Self, builder: &Builder, partial: Value, seed: Value| {
            let product = builder.same(arith::Mulf::NAME, &[partial, seed]);
            if reverse.strong_zero() { guarded(builder, seed, product) } else { product }
        };
        for (number, value) in captured.iter().enumerate() {
            let partial = self.saved(op, number)?;
            self.each_lane(|reverse| match seeds[reverse.lane()] {
                Some(seed) => reverse.accumulate(*value, scaled(reverse, &reverse.builder(), partial, seed)),
                None => Ok(()),
            })?;
        }
        for (number, buffer) in sum.buffers.iter().enumerate() {
            let partials = self.saved(op, captured.len() + number)?;
            let shadows = self.lane_shadows(*buffer)?;
            emit::for_each_element(&self.builder(), partials, &mut |builder, indices| {
                let load = [&[partials], indices].concat();
                let partial = builder.op(memref::Load::NAME, &load, partials.ty().element());
                for (shadow, seed) in shadows.iter().zip(&seeds) {
                    if let Some(seed) = seed {
                        emit::accumulate(builder, scaled(self, builder, partial, *seed), *shadow, indices);
                    }
                }
            });
            emit::release(&self.builder(), partials);
        }
        Ok(true)
    }
}
