//! Caches: values that the forward sweep saves for the reverse sweep.
//!
//! A value in a nest of counted loops whose bounds are known in front of the nest gets an array with one slot per
//! iteration, any other a stack that grows. Both are created in front of the outermost op that holds the value, and
//! freed when the reverse sweep is over.

use crate::{
    emit::Trips,
    engine::{Result, Reverse, copy::remapped, internal},
};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Value},
    state,
};
use rustc_hash::FxHashMap;

/// How often a block runs for one run of the block around it.
#[derive(Clone, Copy)]
pub enum Execution {
    /// At most once.
    Once,
    /// Once per iteration of a counted loop; bounds and induction variable are the primal's.
    Counted { trips: Trips, induction: Value },
    /// A number of times that is known afterwards only.
    Unbounded,
}

/// A cache and where it is filled.
#[derive(Clone)]
pub(super) struct Cache {
    cache: Value,
    /// The primal's loop bodies that index it, outermost first; none for a stack.
    loops: Vec<Block>,
}

struct Described {
    block: Block,
    execution: Execution,
    number: Option<Value>,
    extent: Option<Option<Value>>,
}

/// All caches of one derivative.
#[derive(Default)]
pub struct Caches {
    described: FxHashMap<Block, Described>,
    primals: FxHashMap<Value, Cache>,
    shadows: FxHashMap<(Value, usize), Cache>,
    /// Values that rules made in the forward sweep for the reverse of an op.
    saved: FxHashMap<(Op, usize), Value>,
    all: Vec<Value>,
}

impl Caches {
    pub(super) fn describe(&mut self, source: Block, block: Block, execution: Execution) {
        self.described.insert(source, Described { block, execution, number: None, extent: None });
    }

    pub(super) fn free_all(&mut self, builder: &Builder) {
        for cache in self.all.drain(..) {
            state::free(builder, cache);
        }
    }
}

impl Reverse<'_> {
    /// Keeps a value of the forward sweep for the reverse of an op, under a number of the rule's choice: a trip count,
    /// a copy of a buffer.
    pub fn save(&mut self, op: Op, number: usize, value: Value) {
        self.caches.saved.insert((op, number), value);
    }

    /// A value kept by [`Self::save`], in the reverse sweep. To be asked for once.
    pub fn saved(&mut self, op: Op, number: usize) -> Result<Value> {
        let missing = || internal(op.location(), "a value was not saved");
        let value = *self.caches.saved.get(&(op, number)).ok_or_else(missing)?;
        let source = op.block().ok_or_else(missing)?;
        if self.is_direct(source) {
            return Ok(value);
        }
        let cache = self.fill_cache(source, value)?;
        let frame = self.frame_for(source).ok_or_else(missing)?;
        self.pop(frame, &cache)
    }

    /// The cache of a primal value.
    pub(super) fn cache_of(&mut self, value: Value) -> Result<Cache> {
        if let Some(cache) = self.caches.primals.get(&value) {
            return Ok(cache.clone());
        }
        let cache = self.fill_cache(value.block(), self.counterpart(value))?;
        self.caches.primals.insert(value, cache.clone());
        Ok(cache)
    }

    /// The cache of the forward sweep's shadow of a primal buffer.
    pub(super) fn shadow_cache_of(&mut self, buffer: Value, shadow: Value) -> Result<Cache> {
        if let Some(cache) = self.caches.shadows.get(&(buffer, self.lane())) {
            return Ok(cache.clone());
        }
        let cache = self.fill_cache(buffer.block(), shadow)?;
        let lane = self.lane();
        self.caches.shadows.insert((buffer, lane), cache.clone());
        Ok(cache)
    }

    /// Creates a cache and saves a value of the forward sweep in it, right where the value is made.
    fn fill_cache(&mut self, source: Block, value: Value) -> Result<Cache> {
        // In front of what holds the value; for an iteration that is run again, in front of the reverse of the loop.
        let in_front = match self.outermost(value) {
            Some(top) => Builder::before(top).ok_or_else(|| internal(value.location(), "a cache has no place"))?,
            None => Builder::at_end(self.frame_block(0), value.location()),
        };
        let mut loops = vec![];
        let mut extents = Some(vec![]);
        let mut block = source;
        loop {
            match self.caches.described.get(&block).map(|described| described.execution) {
                Some(Execution::Once) => {}
                Some(Execution::Counted { .. }) => {
                    loops.insert(0, block);
                    match (self.extent_of(block, &in_front), &mut extents) {
                        (Some(extent), Some(extents)) => extents.insert(0, extent),
                        _ => extents = None,
                    }
                }
                Some(Execution::Unbounded) => extents = None,
                None => return Err(internal(value.location(), "a block was not described")),
            }
            block = match block.parent_op().and_then(Op::block) {
                Some(block) => block,
                None => return Err(internal(value.location(), "a block lies outside the function")),
            };
            if self.is_direct(block) {
                break;
            }
        }
        if extents.is_none() {
            loops.clear();
        }
        let cache = state::cache(&in_front, value.ty(), &extents.unwrap_or_default());
        self.caches.all.push(cache);
        let mut indices = vec![];
        for block in &loops {
            indices.push(self.forward_number(*block)?);
        }
        let place = match value.defining_op() {
            Some(op) => Builder::after(op),
            None => match indices.last().filter(|number: &&Value| number.block() == value.block()) {
                Some(number) => number.defining_op().and_then(Builder::after).or(Some(first(value))),
                None => Some(first(value)),
            },
        };
        let place = place.ok_or_else(|| internal(value.location(), "a value has no place"))?;
        state::push(&place, value, cache, &indices);
        Ok(Cache { cache, loops })
    }

    /// Takes a value out of its cache, for a frame of the reverse sweep.
    pub(super) fn pop(&mut self, frame: usize, cache: &Cache) -> Result<Value> {
        let builder = Builder::at_end(self.frame_block(frame), self.builder().location());
        let mut indices = vec![];
        for block in &cache.loops {
            let number = self.number_of(*block);
            indices.push(number.ok_or_else(|| internal(builder.location(), "a loop has no iteration number"))?);
        }
        Ok(state::pop(&builder, cache.cache, &indices))
    }

    /// The op of the new function's own block that holds a value.
    fn outermost(&self, value: Value) -> Option<Op> {
        let mut block = value.block();
        loop {
            let op = block.parent_op()?;
            block = op.block()?;
            if block == self.new_entry() {
                return Some(op);
            }
        }
    }

    /// The trip count of a loop in front of the outermost op, if it is known there.
    fn extent_of(&mut self, source: Block, in_front: &Builder) -> Option<Value> {
        let described = self.caches.described.get(&source)?;
        if let Some(extent) = described.extent {
            return extent;
        }
        let Execution::Counted { trips, .. } = described.execution else { return None };
        let extent = (|| {
            let outside = |value| self.in_function_block(value, in_front, 16);
            let trips = Trips {
                lower: outside(trips.lower)?,
                upper: outside(trips.upper)?,
                step: outside(trips.step)?,
                unsigned: trips.unsigned,
            };
            Some(trips.count(in_front))
        })();
        self.caches.described.get_mut(&source)?.extent = Some(extent);
        extent
    }

    /// A primal value as the function's own block sees it, recomputed there if it needs nothing from inside.
    fn in_function_block(&self, value: Value, builder: &Builder, depth: usize) -> Option<Value> {
        if value.block() == self.facts().entry {
            return Some(self.counterpart(value));
        }
        let op = value.defining_op().filter(|op| depth > 0 && op.region_count() == 0 && op.is_pure())?;
        let mut operands = FxHashMap::default();
        for operand in op.operands() {
            operands.insert(operand, self.in_function_block(operand, builder, depth - 1)?);
        }
        let copy = builder.insert(remapped(op, |operand| operands.get(&operand).copied().unwrap_or(operand)));
        Some(copy.result(value.result_number()?))
    }

    /// The number of the current iteration in the forward sweep.
    fn forward_number(&mut self, source: Block) -> Result<Value> {
        let missing = || internal(self.builder().location(), "a loop was not described");
        let described = self.caches.described.get(&source).ok_or_else(missing)?;
        if let Some(number) = described.number {
            return Ok(number);
        }
        let Execution::Counted { trips, induction } = described.execution else { return Err(missing()) };
        let builder = Builder::at_start(described.block, self.builder().location());
        let trips = Trips {
            lower: self.counterpart(trips.lower),
            upper: self.counterpart(trips.upper),
            step: self.counterpart(trips.step),
            unsigned: trips.unsigned,
        };
        let number = trips.number(&builder, self.counterpart(induction));
        if let Some(described) = self.caches.described.get_mut(&source) {
            described.number = Some(number);
        }
        Ok(number)
    }
}

fn first(value: Value) -> Builder {
    Builder::at_start(value.block(), value.location())
}
