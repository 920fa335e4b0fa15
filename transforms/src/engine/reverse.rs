//! Reverse mode: a forward sweep that copies the primal, and a reverse sweep after it.
//!
//! The reverse sweep is a stack of frames, one per block of the primal that is being reversed. A frame holds the
//! adjoints of that block's values and the primals and shadows that have been brought there. A nested block is filled
//! before the op that will own it exists, so code for an outer frame, appended meanwhile, comes before that op.

use crate::{
    analysis::{
        activity,
        cache_plan::{Decision, Slice},
    },
    emit,
    engine::{
        Copier, Facts, Mode, Request, Result, body_ops,
        cache::{Caches, Execution},
        error_at,
        forward::{is_open_tensor, no_zero, single_block},
        internal,
        preaccumulate::Sweep,
        shadow::Shadows,
    },
};
use autodiff_dialect::ir::{Block, Builder, Location, Op, Type, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// What the reverse sweep knows of one block of the primal.
pub(super) struct Frame {
    source: Block,
    block: Block,
    pub(super) adjoints: FxHashMap<(Value, usize), Value>,
    captured: FxHashSet<Value>,
    primals: FxHashMap<Value, Value>,
    pub(super) shadows: FxHashMap<(Value, usize), Value>,
    numbers: Option<Vec<Value>>,
    /// Caches to release at the end, numbered in their order. Those that were themselves cached are under their counterpart
    /// in the forward sweep.
    caches: FxHashMap<Value, (usize, Value)>,
}

impl Frame {
    /// A cache that was itself cached, by its counterpart in the forward sweep.
    pub(super) fn cache(&self, counterpart: Value) -> Option<Value> {
        self.caches.get(&counterpart).map(|(_, cache)| *cache)
    }

    /// Takes a cache to be released at the end.
    pub(super) fn keep_cache(&mut self, counterpart: Value, cache: Value) {
        let number = self.caches.len();
        self.caches.entry(counterpart).or_insert((number, cache));
    }
}

/// A block of the primal and the block that reverses it.
pub struct Scope<'a> {
    /// The primal's block.
    pub source: Block,
    /// The new block, in no region yet.
    pub block: Block,
    /// The numbers of the current iteration, one for each dimension, counted from zero in the primal's order, if the
    /// block is a loop's body.
    pub numbers: Option<Vec<Value>>,
    /// Values whose adjoints enter and leave the scope.
    pub captured: &'a [Value],
}

/// The state of one reverse-mode derivative while it is built.
pub struct Reverse<'a> {
    facts: &'a Facts<'a>,
    copier: Copier,
    forward: Builder,
    new_entry: Block,
    pub(super) frames: Vec<Frame>,
    location: Location,
    pub(super) caches: Caches,
    pub(super) shadows: Shadows,
    /// Frees that wait for the end of the function.
    deferred: Vec<Op>,
    /// Moves of numbers that wait until the kernel has run that is one with its reverse.
    waiting: Vec<Op>,
    required: Vec<Request>,
    pub(super) width: usize,
    strong_zero: bool,
    mode: Mode,
    /// The direction that is being worked on.
    pub(super) lane: usize,
    /// The sum that is being preaccumulated.
    pub(super) sweep: Option<Sweep>,
}

impl<'a> Reverse<'a> {
    /// Starts at the end of the entry block of a new function.
    pub fn new(facts: &'a Facts<'a>, new_entry: Block, request: &Request) -> Self {
        let location = facts.function.location();
        Self {
            facts,
            copier: Copier::default(),
            forward: Builder::at_end(new_entry, location),
            new_entry,
            frames: vec![],
            location,
            caches: Caches::default(),
            shadows: Shadows::default(),
            deferred: vec![],
            waiting: vec![],
            required: vec![],
            width: request.width,
            strong_zero: request.strong_zero,
            mode: request.mode,
            lane: 0,
            sweep: None,
        }
    }

    /// The activity of the primal's values.
    pub fn activity(&self) -> &'a activity::Activity {
        self.facts.activity
    }

    pub(super) fn facts(&self) -> &'a Facts<'a> {
        self.facts
    }

    // The forward sweep.

    /// Where the forward sweep's ops go.
    pub fn forward_builder(&self) -> Builder {
        self.forward
    }

    /// Copies an op into the forward sweep as it is.
    pub fn copy(&mut self, op: Op) -> Op {
        let builder = self.forward.with_location(op.location());
        self.copier.copy(&builder, op)
    }

    /// The forward sweep's counterpart of a primal value.
    pub fn counterpart(&self, value: Value) -> Value {
        self.copier.get(value)
    }

    /// Makes `new` the forward sweep's counterpart of a primal value.
    pub fn bind(&mut self, value: Value, new: Value) {
        self.copier.set(value, new);
    }

    /// Whether the reverse sweep visits an op.
    pub fn is_live(&self, op: Op) -> bool {
        self.facts.captures.is_live(op)
    }

    /// Emits a block of the primal, all but its terminator, into a new block, and says how often it runs.
    pub fn forward_body(&mut self, source: Block, into: Block, execution: Execution) -> Result<()> {
        self.caches.describe(source, into, execution);
        let outer = std::mem::replace(&mut self.forward, Builder::at_end(into, self.location));
        let result = self.forward_ops(source);
        self.forward = outer;
        result
    }

    fn forward_ops(&mut self, source: Block) -> Result<()> {
        body_ops(source).into_iter().try_for_each(|op| {
            self.location = op.location();
            self.forward = self.forward.with_location(op.location());
            match self.facts.waits(op) {
                true => {
                    let copy = self.detached(op);
                    self.waiting.push(copy);
                }
                // What the reverse sweep does not go into stays as it is.
                false if op.region_count() > 0 && !self.is_live(op) => {
                    self.copy(op);
                }
                false => self.facts.rules.get(op).forward_sweep(op, self)?,
            }
            Ok(())
        })
    }

    /// Emits the function's own block into the new function.
    pub fn forward_entry(&mut self, source: Block) -> Result<()> {
        self.forward_body(source, self.new_entry, Execution::Once)
    }

    /// Whether the reverse sweep runs the iterations of a loop again.
    pub fn reruns(&self, body: Block) -> bool {
        self.facts.reruns.contains(body) || self.facts.is_again(body)
    }

    /// Whether the reverse of a kernel with this body runs the kernel itself first, which stands nowhere else.
    pub fn is_fused(&self, body: Block) -> bool {
        self.facts.is_fused(body)
    }

    /// Runs a kernel at the start of its reverse, in the block that reverses it. `arguments`: what the new block has for
    /// those of the kernel's body.
    pub fn run_fused(&mut self, body: Block, arguments: &[Value], execution: Execution) -> Result<()> {
        let frame = self.frame_for(body).ok_or_else(|| internal(self.location, "a kernel has no frame"))?;
        self.caches.describe(body, self.frames[frame].block, execution);
        self.rerun(body, arguments)
    }

    /// Says how often a block that was copied as it is runs. Its arguments get counterparts.
    pub fn describe_copy(&mut self, source: Block, copy: Block, execution: Execution) {
        self.caches.describe(source, copy, execution);
        for (argument, new) in source.arguments().into_iter().zip(copy.arguments()) {
            self.copier.set(argument, new);
        }
    }

    /// Runs an iteration again, at the start of its reverse: the forward sweep of the loop's body.
    pub fn rerun(&mut self, body: Block, inductions: &[Value]) -> Result<()> {
        let frame = self.frame_for(body).ok_or_else(|| internal(self.location, "an iteration has no frame"))?;
        let block = self.frames[frame].block;
        let mut carried = vec![];
        for argument in body.arguments().into_iter().skip(inductions.len()) {
            carried.push(match self.facts.is_only_summed(argument) {
                true => self.zero(argument)?,
                false => {
                    let cache = self.cache_of(argument)?;
                    self.pop(frame, &cache)?
                }
            });
        }
        self.shadows.forget_inside(body);
        for (argument, value) in body.arguments().into_iter().zip(inductions.iter().copied().chain(carried)) {
            self.copier.set(argument, value);
        }
        let outer = std::mem::replace(&mut self.forward, Builder::at_end(block, self.location));
        let result = self.forward_ops(body);
        self.forward = outer;
        result
    }

    /// Builds in the forward sweep at the end of a new block.
    pub fn within<T>(&mut self, block: Block, build: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = std::mem::replace(&mut self.forward, Builder::at_end(block, self.location));
        let result = build(self);
        self.forward = outer;
        result
    }

    /// Emits an op that releases a buffer, now or, if the reverse sweep still reads the buffer, at the end.
    pub fn release(&mut self, op: Op, buffer: Value) {
        let class = self.facts.activity.representative(buffer);
        if self.facts.kept.contains(&class) && self.facts.overwrites.may_wait(class) {
            let copy = self.detached(op);
            self.deferred.push(copy);
        } else {
            self.copy(op);
        }
    }

    /// A copy of an op that gets its place later.
    fn detached(&mut self, op: Op) -> Op {
        let copy = emit::remapped(op, |value| self.copier.get(value));
        for (old, new) in op.results().into_iter().zip(copy.results()) {
            self.copier.set(old, new);
        }
        copy
    }

    /// Does what waited for a kernel: before anything else of the reverse sweep, which may run iterations again.
    fn do_waiting(&mut self) {
        let builder = self.builder();
        for op in std::mem::take(&mut self.waiting) {
            builder.insert(op);
        }
    }

    /// Whether the primal frees a buffer, or one that may be the same.
    pub fn is_freed(&self, buffer: Value) -> bool {
        self.facts.overwrites.is_freed(self.facts.activity.representative(buffer))
    }

    // The reverse sweep.

    /// Where the reverse sweep's ops go.
    pub fn builder(&self) -> Builder {
        let block = self.frames.last().map_or(self.new_entry, |frame| frame.block);
        Builder::at_end(block, self.location)
    }

    /// The active values that an op's regions use from outside.
    pub fn captured(&self, op: Op) -> &'a [Value] {
        self.facts.captures.of(op)
    }

    /// Builds the reverse of a block of the primal in a new block.
    pub fn scoped<T>(&mut self, scope: Scope, build: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.frames.push(Frame {
            source: scope.source,
            block: scope.block,
            adjoints: FxHashMap::default(),
            captured: scope.captured.iter().copied().collect(),
            primals: FxHashMap::default(),
            shadows: FxHashMap::default(),
            numbers: scope.numbers,
            caches: FxHashMap::default(),
        });
        let result = build(self);
        let mut caches: Vec<_> = self.frames.pop().into_iter().flat_map(|frame| frame.caches.into_values()).collect();
        caches.sort_unstable_by_key(|(number, _)| *number);
        for (_, cache) in caches {
            if let Some(builder) = scope.block.terminator().and_then(Builder::before) {
                emit::release(&builder, cache);
            }
        }
        result
    }

    /// Emits the reverse of the ops of a block of the primal, last first.
    pub fn reverse_body(&mut self, source: Block) -> Result<()> {
        for op in body_ops(source).into_iter().rev() {
            if self.facts.captures.is_live(op) {
                self.location = op.location();
                let rule = self.facts.rules.get(op);
                match rule.handles_all_lanes() {
                    true => rule.reverse_sweep(op, self)?,
                    false => self.each_lane(|reverse| rule.reverse_sweep(op, reverse))?,
                }
                if op.body(0).is_some_and(|body| self.facts.is_fused(body)) {
                    self.do_waiting();
                }
            }
        }
        Ok(())
    }

    /// Adds to the adjoint of a value; nothing if the value is inactive.
    pub fn accumulate(&mut self, value: Value, contribution: Value) -> Result<()> {
        if !self.facts.activity.is_active(value) {
            return Ok(());
        }
        let builder = self.builder();
        let contribution = emit::converted(&builder, contribution, self.sum_type(value.ty()));
        let Some(frame) = self.frames.last_mut() else {
            return Err(internal(value.location(), "an adjoint outside the reverse sweep"));
        };
        if value.block() != frame.source && !frame.captured.contains(&value) {
            return Err(internal(value.location(), "an adjoint left its scope"));
        }
        let key = (value, self.lane);
        let sum = match frame.adjoints.get(&key) {
            Some(sum) => emit::sum(&builder, *sum, contribution),
            None => contribution,
        };
        frame.adjoints.insert(key, sum);
        Ok(())
    }

    /// The type of the adjoints of values of a type: one that their sums do not stall in.
    pub fn sum_type(&self, ty: Type) -> Type {
        self.facts.rules.sum_type(ty)
    }

    /// Takes the adjoint of a value in the type of sums, and leaves zero; `None`: it is zero.
    pub fn take_sum(&mut self, value: Value) -> Option<Value> {
        self.frames.last_mut()?.adjoints.remove(&(value, self.lane))
    }

    /// As [`Self::take_sum`], as an SSA value.
    pub fn take_sum_or_zero(&mut self, value: Value) -> Result<Value> {
        match self.take_sum(value) {
            Some(adjoint) => Ok(adjoint),
            None => self.zero_sum(value),
        }
    }

    /// Takes the adjoint of a value, rounded to its type, and leaves zero; `None`: it is zero.
    pub fn take_adjoint(&mut self, value: Value) -> Option<Value> {
        let sum = self.take_sum(value)?;
        Some(emit::converted(&self.builder(), sum, value.ty()))
    }

    /// As [`Self::take_adjoint`], as an SSA value.
    pub fn take_adjoint_or_zero(&mut self, value: Value) -> Result<Value> {
        match self.take_adjoint(value) {
            Some(adjoint) => Ok(adjoint),
            None => self.zero(value),
        }
    }

    /// Whether a zero cotangent stays zero whatever partial it meets.
    pub fn strong_zero(&self) -> bool {
        self.strong_zero
    }

    /// Whether the reverse sweep is a function of its own, called later.
    pub fn is_split(&self) -> bool {
        self.mode == Mode::Split
    }

    /// The zero of a value's type.
    ///
    /// # Errors
    ///
    /// For a type that has no zero.
    pub fn zero(&mut self, value: Value) -> Result<Value> {
        if is_open_tensor(value.ty()) {
            let primal = self.primal(value)?;
            return emit::zero_tensor(&self.builder(), primal).ok_or_else(|| Box::new(no_zero(value)));
        }
        self.builder().number(value.ty(), 0.0).ok_or_else(|| Box::new(no_zero(value)))
    }

    /// The zero of the type of a value's adjoint.
    ///
    /// # Errors
    ///
    /// For a type that has no zero.
    pub fn zero_sum(&mut self, value: Value) -> Result<Value> {
        let ty = self.sum_type(value.ty());
        if ty == value.ty() || is_open_tensor(ty) {
            let zero = self.zero(value)?;
            return Ok(emit::converted(&self.builder(), zero, ty));
        }
        self.builder().number(ty, 0.0).ok_or_else(|| Box::new(no_zero(value)))
    }

    /// A primal value in the reverse sweep: seen, recomputed or taken from a cache.
    pub fn primal(&mut self, value: Value) -> Result<Value> {
        let mut pending = vec![(value, false)];
        while let Some((value, ready)) = pending.pop() {
            if self.visible(value).is_some() {
                continue;
            }
            let frame = self.frame_of(value)?;
            match self.repeatable(value) {
                Some(op) if !ready => {
                    pending.push((value, true));
                    pending.extend(self.facts.inputs(op).into_iter().map(|input| (input, false)));
                }
                Some(op) => {
                    let copy = emit::remapped(op, |operand| self.visible(operand).unwrap_or(operand));
                    let builder = Builder::at_end(self.frames[frame].block, op.location());
                    builder.insert(copy);
                    for (old, new) in op.results().into_iter().zip(copy.results()) {
                        self.frames[frame].primals.insert(old, new);
                    }
                }
                None => {
                    let cache = self.cache_of(value)?;
                    let popped = self.pop(frame, &cache)?;
                    self.frames[frame].primals.insert(value, popped);
                }
            }
        }
        self.visible(value).ok_or_else(|| internal(value.location(), "a primal value cannot be brought here"))
    }

    /// Primal values in the reverse sweep.
    pub fn primals(&mut self, values: &[Value]) -> Result<Vec<Value>> {
        values.iter().map(|value| self.primal(*value)).collect()
    }

    /// The op that gives a primal value again, if it is not planned to be cached.
    fn repeatable(&self, value: Value) -> Option<Op> {
        let op = self.facts.recomputable(value)?;
        match self.facts.plan.decision(value) {
            Some(Decision::Recompute) => Some(op),
            Some(Decision::Cache) => None,
            // Asked for by the engine itself; the release of buffers was planned without it.
            None => (op.region_count() == 0 && op.is_memory_effect_free()).then_some(op),
        }
    }

    /// Makes `new` the reverse sweep's counterpart of a value of the current scope, such as an induction variable.
    pub fn provide(&mut self, value: Value, new: Value) {
        if let Some(frame) = self.frames.last_mut() {
            frame.primals.insert(value, new);
        }
    }

    /// A primal value, if the reverse sweep sees it already.
    fn visible(&self, value: Value) -> Option<Value> {
        let in_front = |sweep: &Sweep| !sweep.op.encloses_value(value);
        if self.is_direct(value.block()) || self.sweep.as_ref().is_some_and(in_front) {
            return self.copier.contains(value).then(|| self.copier.get(value));
        }
        self.frames.iter().rev().find(|frame| frame.source == value.block())?.primals.get(&value).copied()
    }

    /// Whether the values of a block have counterparts that the reverse sweep sees: the function's own block, and the
    /// iterations that are run again.
    pub(super) fn is_direct(&self, source: Block) -> bool {
        source == self.facts.entry || self.reruns(source) || self.facts.is_fused(source) || self.facts.is_swept(source)
    }

    /// The frame that reverses the block that defines a value.
    pub(super) fn frame_of(&self, value: Value) -> Result<usize> {
        self.frame_for(value.block())
            .ok_or_else(|| internal(value.location(), "a primal value is needed outside its scope"))
    }

    /// The frame that reverses a block.
    pub(super) fn frame_for(&self, source: Block) -> Option<usize> {
        self.frames.iter().rposition(|frame| frame.source == source)
    }

    pub(super) fn frame_block(&self, frame: usize) -> Block {
        self.frames[frame].block
    }

    pub(super) fn frame_shadows(&mut self, frame: usize) -> &mut FxHashMap<(Value, usize), Value> {
        &mut self.frames[frame].shadows
    }

    /// The iteration numbers of the frame that reverses a block of the primal.
    pub(super) fn numbers_of(&self, source: Block) -> Option<Vec<Value>> {
        self.frames.iter().rev().find(|frame| frame.source == source)?.numbers.clone()
    }

    /// The block of the new function that its body starts with.
    pub(super) fn new_entry(&self) -> Block {
        self.new_entry
    }

    /// The only block of a region of the primal.
    pub fn block_of(&self, op: Op, region: usize) -> Result<Block> {
        single_block(op, region)
    }

    /// Asks for another derivative, which the one that is being built calls.
    pub fn require(&mut self, request: Request) {
        self.required.push(request);
    }

    /// The derivatives that were asked for.
    pub fn required(self) -> Vec<Request> {
        self.required
    }

    /// Frees what the derivative allocated for itself and what waited for its end.
    pub fn finish(&mut self) {
        self.do_waiting();
        let builder = Builder::at_end(self.new_entry, self.facts.function.location());
        for op in std::mem::take(&mut self.deferred) {
            builder.insert(op);
        }
        self.caches.free_all(&builder);
    }

    /// An error: the op cannot be differentiated.
    pub fn refuse<T>(&self, op: Op, message: impl Into<String>) -> Result<T> {
        Err(error_at(op, message))
    }
}
