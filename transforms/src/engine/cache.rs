//! Caches: values that the forward sweep saves for the reverse sweep.
//!
//! A value in a nest of counted loops whose bounds are known before the nest gets an array with one slot per
//! iteration, any other a stack that grows. Both are created before the outermost op that holds the value, and
//! freed when the reverse sweep is over.
//!
//! Iterations that run in parallel cannot share a stack. Where the bounds inside of them are not known in front, the cache
//! is created further inside, each time that the code there runs, and the cache itself is a value that is cached.

use crate::{
    emit::{self, Storage, Trips},
    engine::{
        Levels, Result, Reverse,
        bounds::{Side, not_on_device},
        internal,
    },
};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Type, Value},
    state,
    views::memref,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many ops are computed again before a loop to know how often it runs.
const MOST_REPEATED: usize = 256;

/// How often a block runs for one run of the block around it.
#[derive(Clone)]
pub enum Execution {
    /// At most once.
    Once,
    /// Once per iteration of a counted loop.
    Counted(Counter),
    /// Once per point of a space of iterations that run in parallel, outermost dimension first.
    Parallel(Vec<Counter>),
    /// As `Parallel`, by the threads of a kernel, where nothing can be allocated: the slots of neighbouring threads are
    /// neighbours, so that these are the innermost dimensions of a cache.
    Kernel(Vec<Counter>),
    /// A number of times that is known afterwards only.
    Unbounded,
    /// As `Unbounded`, in a kernel; the number of the current run in the forward sweep.
    Walked(Value),
}

/// One dimension of iterations; bounds and induction variable are the primal's.
#[derive(Clone, Copy)]
pub struct Counter {
    pub trips: Trips,
    pub induction: Value,
}

impl Execution {
    pub(super) fn counters(&self) -> &[Counter] {
        match self {
            Self::Counted(counter) => std::slice::from_ref(counter),
            Self::Parallel(counters) | Self::Kernel(counters) => counters,
            Self::Once | Self::Unbounded | Self::Walked(_) => &[],
        }
    }
}

/// A cache and where it is filled.
#[derive(Clone)]
pub(super) struct Cache {
    cache: Value,
    /// The primal's loop bodies that index it, outermost first; none for a stack.
    loops: Vec<Block>,
    /// Whether it has one slot, because no loop is around the value.
    single: bool,
    /// Whether it is plain memory: because several iterations save the same value in one slot, while a slot of a cache is
    /// filled and emptied once, which its derivative relies on; or because it is a thread's own.
    shared: bool,
    /// The block whose every run creates the cache, and the cache that keeps it.
    keeper: Option<(Block, Box<Cache>)>,
}

pub(super) struct Described {
    block: Block,
    pub(super) execution: Execution,
    numbers: Option<Vec<Value>>,
    /// By the block that the cache is created in, and whether its values are seen there.
    extents: FxHashMap<(Block, bool), Option<Vec<Value>>>,
}

/// Where a cache may be created.
pub(super) struct Place {
    /// The position, among the blocks around the value, of the one that creates the cache.
    root: usize,
    pub(super) in_front: Builder,
    lifetime: Lifetime,
    /// The innermost block of the primal whose values the place sees; `None`: those of the function's own block only.
    sees: Option<Block>,
}

/// The slots of a cache.
struct Shape {
    loops: Vec<Block>,
    extents: Vec<Value>,
    /// Whether several iterations use one slot.
    shared: bool,
}

/// How long a cache lives.
enum Lifetime {
    /// To the end of the function.
    Function,
    /// To the end of an iteration that is run again, which this frame reverses.
    Iteration(usize),
    /// Until the reverse sweep takes it out of the cache that keeps it.
    Kept,
}

/// All caches of one derivative.
#[derive(Default)]
pub struct Caches {
    pub(super) described: FxHashMap<Block, Described>,
    primals: FxHashMap<Value, Cache>,
    shadows: FxHashMap<(Value, usize), Cache>,
    /// Values that rules made in the forward sweep for the reverse of an op.
    saved: FxHashMap<(Op, usize), Value>,
    all: Vec<Value>,
}

impl Caches {
    pub(super) fn describe(&mut self, source: Block, block: Block, execution: Execution) {
        self.described.insert(source, Described { block, execution, numbers: None, extents: FxHashMap::default() });
    }

    pub(super) fn free_all(&mut self, builder: &Builder) {
        for cache in self.all.drain(..) {
            emit::release(builder, cache);
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
        let cache = self.fill_cache(source, value, None)?;
        let frame = self.frame_for(source).ok_or_else(missing)?;
        self.pop(frame, &cache)
    }

    /// The cache of a primal value.
    pub(super) fn cache_of(&mut self, value: Value) -> Result<Cache> {
        if let Some(cache) = self.caches.primals.get(&value) {
            return Ok(cache.clone());
        }
        let levels = can_be_stored(value.ty()).then(|| self.facts().varies_with(value));
        let cache = self.fill_cache(value.block(), self.counterpart(value), levels)?;
        self.caches.primals.insert(value, cache.clone());
        Ok(cache)
    }

    /// The cache of the forward sweep's shadow of a primal buffer.
    pub(super) fn shadow_cache_of(&mut self, buffer: Value, shadow: Value) -> Result<Cache> {
        if let Some(cache) = self.caches.shadows.get(&(buffer, self.lane())) {
            return Ok(cache.clone());
        }
        let cache = self.fill_cache(buffer.block(), shadow, None)?;
        let lane = self.lane();
        self.caches.shadows.insert((buffer, lane), cache.clone());
        Ok(cache)
    }

    /// Creates a cache and saves a value of the forward sweep in it, right where the value is made. `levels`: the loops
    /// that the value varies with, if known; the others save it again and again in the same slot.
    fn fill_cache(&mut self, source: Block, value: Value, levels: Option<Levels>) -> Result<Cache> {
        let missing = || internal(value.location(), "a value that is to be cached lies outside the function");
        // The blocks around the value, innermost first, up to one whose values the reverse sweep sees.
        let mut path = vec![source];
        while let Some(block) = path.last().and_then(|block| block.parent_op()).and_then(Op::block) {
            path.push(block);
            if self.is_direct(block) && !self.facts().is_fused(block) && !self.facts().is_again(block) {
                break;
            }
        }
        if let Some(cell) = self.own_cell(value, &path, levels)? {
            return Ok(Cache { cache: cell, loops: vec![], single: false, shared: true, keeper: None });
        }
        for place in self.places(value, &path)? {
            let root = place.root;
            if self.is_on_device(path[root]) {
                return Err(not_on_device(value));
            }
            let shape = self.shape_of(&path[..root], path[root], &place, levels)?;
            let Some(Shape { loops, extents, shared }) = shape else { continue };
            let single = loops.is_empty() && !extents.is_empty();
            let cache = match shared {
                true => {
                    let ty = Type::memref(value.ty(), &vec![Type::DYNAMIC; extents.len()]);
                    emit::allocate(&place.in_front, ty, &extents)
                }
                false => state::cache(&place.in_front, value.ty(), &extents),
            };
            let keeper = match place.lifetime {
                Lifetime::Function => {
                    self.caches.all.push(cache);
                    None
                }
                Lifetime::Iteration(frame) => {
                    self.frames[frame].keep_cache(cache, cache);
                    None
                }
                Lifetime::Kept => Some((path[root], Box::new(self.fill_cache(path[root], cache, None)?))),
            };
            let mut indices = vec![];
            for block in &loops {
                indices.extend(self.forward_numbers(*block)?);
            }
            let place = match value.defining_op() {
                Some(op) => Builder::after(op),
                None => match indices.iter().rfind(|number| number.block() == value.block()) {
                    Some(number) => number.defining_op().and_then(Builder::after).or(Some(first(value))),
                    None => Some(first(value)),
                },
            };
            let place = place.ok_or_else(missing)?;
            indices.extend(single.then(|| place.index(0)));
            match shared {
                true => {
                    place.effect(memref::Store::NAME, &[&[value, cache], &indices[..]].concat());
                }
                false => state::push(&place, value, cache, &indices),
            }
            return Ok(Cache { cache, loops, single, shared, keeper });
        }
        if self.is_on_device(source) { Err(not_on_device(value)) } else { Err(missing()) }
    }

    /// A cell of each thread that a value of a fused kernel was stored in, if there is one value for a thread.
    fn own_cell(&self, value: Value, path: &[Block], levels: Option<Levels>) -> Result<Option<Value>> {
        let Some(kernel) = path.iter().position(|block| self.facts().is_fused(*block)) else { return Ok(None) };
        let missing = || internal(value.location(), "a value of a kernel has no place");
        let described = |block: &Block| self.caches.described.get(block);
        let is_again = |block: &Block| self.facts().is_again(*block) && Some(block) != path.first();
        let is_same = |block: &Block| match described(block).map(|known| &known.execution) {
            Some(Execution::Once) => true,
            Some(Execution::Counted(_) | Execution::Unbounded | Execution::Walked(_)) => {
                is_again(block) || self.is_invariant(*block, levels)
            }
            _ => false,
        };
        if !can_be_stored(value.ty()) || !path[..kernel].iter().all(is_same) {
            return Ok(None);
        }
        let body = described(&path[kernel]).ok_or_else(missing)?.block;
        let cell = Type::memref(value.ty(), &[]);
        let cell = emit::allocate_in(Storage::Stack, &Builder::at_start(body, value.location()), cell, &[]);
        let place = value.defining_op().and_then(Builder::after).unwrap_or_else(|| first(value));
        place.effect(memref::Store::NAME, &[value, cell]);
        Ok(Some(cell))
    }

    /// Where a cache of a value may be created: outermost first, in each of the blocks around the value but the innermost.
    fn places(&self, value: Value, path: &[Block]) -> Result<Vec<Place>> {
        let missing = || internal(value.location(), "a cache has no place");
        let mut places = vec![];
        if path.iter().any(|block| self.facts().is_fused(*block)) {
            // Before the launch, which is yet to be made.
            let in_front = Builder::at_end(self.frame_block(0), value.location());
            return Ok(vec![Place { root: path.len() - 1, in_front, lifetime: Lifetime::Function, sees: None }]);
        }
        for (root, block) in path.iter().enumerate().skip(1).rev() {
            let mut add = |in_front, lifetime, sees| places.push(Place { root, in_front, lifetime, sees });
            if !self.is_direct(*block) {
                let in_front =
                    self.caches.described.get(block).and_then(|described| in_front_of(value, described.block));
                add(in_front.ok_or_else(missing)?, Lifetime::Kept, Some(*block));
            } else if let Some(top) = in_front_of(value, self.new_entry()) {
                add(top, Lifetime::Function, None);
            } else if self.facts().is_swept(*block) {
                // The sum is yet to be made.
                let frame = self.frame_for(*block).ok_or_else(missing)?;
                let in_front = in_front_of(value, self.frame_block(frame)).ok_or_else(missing)?;
                add(in_front, Lifetime::Iteration(frame), Some(*block));
            } else {
                // For an iteration that is run again: before the reverse of the loop, unless iterations run in
                // parallel, or in each iteration.
                let execution = self.caches.described.get(block).map(|described| &described.execution);
                if !matches!(execution, Some(Execution::Parallel(_))) {
                    add(Builder::at_end(self.frame_block(0), value.location()), Lifetime::Function, None);
                }
                let frame = self.frame_for(*block).ok_or_else(missing)?;
                let in_front = in_front_of(value, self.frame_block(frame)).ok_or_else(missing)?;
                add(in_front, Lifetime::Iteration(frame), Some(*block));
            }
        }
        Ok(places)
    }

    /// The loops and extents of a cache of a value in `path`, the blocks inside of that in which the cache is created,
    /// innermost first; one slot without loops; without extents a stack. `None`: it must be created further inside.
    fn shape_of(
        &mut self,
        path: &[Block],
        root: Block,
        place: &Place,
        levels: Option<Levels>,
    ) -> Result<Option<Shape>> {
        let (mut loops, mut extents) = (vec![], Some(vec![]));
        let (mut parallel, mut repeated) = (false, false);
        let mut blocks: Vec<_> = path.iter().rev().collect();
        // A stable sort: the threads of a kernel last, all else in order.
        blocks.sort_by_key(|block| self.is_kernel(**block));
        for block in blocks {
            let execution = self.caches.described.get(block).map(|described| described.execution.clone());
            match execution.ok_or_else(|| internal(place.in_front.location(), "a block was not described"))? {
                Execution::Once => {}
                // Each iteration is run again, and what is inside of it saved again.
                _ if self.facts().is_again(*block) && Some(block) != path.first() => {}
                Execution::Counted(_) | Execution::Unbounded | Execution::Walked(_)
                    if self.is_invariant(*block, levels) =>
                {
                    repeated = true
                }
                Execution::Unbounded => extents = None,
                execution => {
                    parallel |= matches!(execution, Execution::Parallel(_) | Execution::Kernel(_));
                    loops.push(*block);
                    extents = match (extents, self.extents_of(*block, root, place)) {
                        (Some(all), Some(more)) => Some([all, more].concat()),
                        _ => None,
                    };
                }
            }
        }
        Ok(match extents {
            // Without a loop, what is left is a stack of one element, or an array of one slot where it is saved more than
            // once, or goes on a tape.
            Some(_) if loops.is_empty() && (repeated || self.is_split()) => {
                Some(Shape { loops, extents: vec![place.in_front.index(1)], shared: repeated })
            }
            Some(extents) => Some(Shape { loops, extents, shared: repeated }),
            None if parallel => None,
            None => Some(Shape { loops: vec![], extents: vec![], shared: false }),
        })
    }

    /// Whether what varies with some loops is the same in all iterations of the loop with this body.
    fn is_invariant(&self, body: Block, levels: Option<Levels>) -> bool {
        let depth = self.facts().level(body).checked_sub(1);
        levels.zip(depth).is_some_and(|(levels, depth)| !levels.contains(depth))
    }

    /// Takes a value out of its cache, for a frame of the reverse sweep.
    pub(super) fn pop(&mut self, frame: usize, cache: &Cache) -> Result<Value> {
        let holder = match &cache.keeper {
            None => cache.cache,
            Some((root, keeper)) => {
                let missing = || internal(cache.cache.location(), "a cache is needed outside its scope");
                let outer = self.frame_for(*root).ok_or_else(missing)?;
                match self.frames[outer].cache(cache.cache) {
                    Some(known) => known,
                    None => {
                        let popped = self.pop(outer, keeper)?;
                        self.frames[outer].keep_cache(cache.cache, popped);
                        popped
                    }
                }
            }
        };
        let builder = Builder::at_end(self.frame_block(frame), self.builder().location());
        let mut indices = vec![];
        for block in &cache.loops {
            let numbers = self.numbers_of(*block);
            indices.extend(numbers.ok_or_else(|| internal(builder.location(), "a loop has no iteration number"))?);
        }
        indices.extend(cache.single.then(|| builder.index(0)));
        Ok(match cache.shared {
            true => builder.op(memref::Load::NAME, &[&[holder], &indices[..]].concat(), holder.ty().element()),
            false => state::pop(&builder, holder, &indices),
        })
    }

    /// The trip counts of a loop before the op, in `root`, that holds it, if they are known there.
    fn extents_of(&mut self, source: Block, root: Block, place: &Place) -> Option<Vec<Value>> {
        let described = self.caches.described.get(&source)?;
        let key = (root, place.sees.is_some());
        if let Some(extents) = described.extents.get(&key) {
            return extents.clone();
        }
        if let Execution::Walked(_) = described.execution {
            // The second region of a loop runs less often than the first, by one.
            let first = source.parent_op().and_then(|op| op.body(0)).filter(|first| *first != source);
            let extents = match first {
                Some(first) => self.extents_of(first, root, place),
                None => self.counted_first(source, root, place).map(|count| vec![count]),
            };
            self.caches.described.get_mut(&source)?.extents.insert(key, extents.clone());
            return extents;
        }
        let counters = described.execution.counters().to_vec();
        let on_device = self.is_on_device(source);
        let extent = |counter: &Counter| {
            let outside = |value, side| match self.available(value, place) {
                None if on_device => self.bound(value, side, place),
                known => known,
            };
            let trips = Trips {
                lower: outside(counter.trips.lower, Side::Least)?,
                upper: outside(counter.trips.upper, Side::Most)?,
                step: outside(counter.trips.step, Side::Least)?,
                unsigned: counter.trips.unsigned,
            };
            Some(trips.count(&place.in_front))
        };
        let mut extents: Option<Vec<_>> = counters.iter().map(extent).collect();
        if let (None, true, [_]) = (&extents, on_device, counters.as_slice()) {
            extents = self.counted_first(source, root, place).map(|count| vec![count]);
        }
        self.caches.described.get_mut(&source)?.extents.insert(key, extents.clone());
        extents
    }

    /// A primal value as the forward sweep sees it in some place, recomputed there if it needs nothing from further inside.
    pub(super) fn available(&self, value: Value, place: &Place) -> Option<Value> {
        let sees = |value: Value| {
            let mut around = std::iter::successors(place.sees, |block| block.parent_op().and_then(Op::block));
            value.block() == self.facts().entry || around.any(|block| block == value.block())
        };
        // What has to be computed again, operands after their users.
        let (mut ops, mut seen, mut pending) = (vec![], FxHashSet::default(), vec![(value, false)]);
        while let Some((value, is_ready)) = pending.pop() {
            if sees(value) {
                continue;
            }
            let op = value.defining_op().filter(|op| op.region_count() == 0 && op.is_pure())?;
            if is_ready {
                ops.push(op);
            } else if seen.insert(op) {
                // What an op without operands gives depends on where it stands, such as the number of a lane.
                if seen.len() > MOST_REPEATED || op.operand_count() == 0 && !op.is_constant() {
                    return None;
                }
                pending.push((value, true));
                pending.extend(op.operands().into_iter().rev().map(|operand| (operand, false)));
            }
        }
        let mut known = FxHashMap::default();
        for op in ops {
            let of = |value: Value| known.get(&value).copied().unwrap_or_else(|| self.counterpart(value));
            let copy = place.in_front.insert(emit::remapped(op, of));
            known.extend(op.results().into_iter().zip(copy.results()));
        }
        Some(known.get(&value).copied().unwrap_or_else(|| self.counterpart(value)))
    }

    /// The numbers of the current iteration in the forward sweep.
    fn forward_numbers(&mut self, source: Block) -> Result<Vec<Value>> {
        let missing = || internal(self.builder().location(), "a loop was not described");
        let described = self.caches.described.get(&source).ok_or_else(missing)?;
        if let Some(numbers) = &described.numbers {
            return Ok(numbers.clone());
        }
        if let Execution::Walked(number) = described.execution {
            return Ok(vec![number]);
        }
        let mut numbers = vec![];
        let builder = Builder::at_start(described.block, self.builder().location());
        for counter in described.execution.counters() {
            let trips = Trips {
                lower: self.counterpart(counter.trips.lower),
                upper: self.counterpart(counter.trips.upper),
                step: self.counterpart(counter.trips.step),
                unsigned: counter.trips.unsigned,
            };
            numbers.push(trips.number(&builder, self.counterpart(counter.induction)));
        }
        if let Some(described) = self.caches.described.get_mut(&source) {
            described.numbers = Some(numbers.clone());
        }
        Ok(numbers)
    }
}

/// Before the op of a block that holds a value.
fn in_front_of(value: Value, root: Block) -> Option<Builder> {
    let mut block = value.block();
    loop {
        let op = block.parent_op()?;
        block = op.block()?;
        if block == root {
            return Builder::before(op);
        }
    }
}

fn first(value: Value) -> Builder {
    Builder::at_start(value.block(), value.location())
}

/// Whether a buffer may hold values of a type: numbers and vectors.
fn can_be_stored(ty: Type) -> bool {
    let scalar = if ty.is_vector() { ty.element() } else { ty };
    scalar.is_float() || scalar.is_complex() || scalar.is_integer() || scalar.is_index()
}
