//! Shadows of buffers in reverse mode.
//!
//! The shadow of a buffer whose aliases are all views of it lives in the reverse sweep only: it is created when it is
//! first touched, zero, and freed by the reverse of the allocation. Where buffers are carried by loops, yielded or
//! selected, shadows are carried beside them by the forward sweep, so that they alias as their primals do.

use crate::{
    analysis::{memory::Origin, wide_shadows::Kind},
    emit::{self, Storage},
    engine::{
        Result, Reverse, error_at,
        forward::{no_shadow_of_buffers, no_zero},
        internal,
    },
    globals,
};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Block, Builder, Op, Type, Value},
};
use rustc_hash::FxHashMap;

/// All shadows of one derivative.
#[derive(Default)]
pub struct Shadows {
    /// Shadows that the forward sweep has, by primal buffer and direction.
    forward: FxHashMap<(Value, usize), Value>,
    /// Buffers whose shadow was given by the caller.
    given: rustc_hash::FxHashSet<Value>,
    /// Classes of buffers whose shadows the caller gets.
    exposed: rustc_hash::FxHashSet<Value>,
    /// Shadows that the caller gave for arguments whose sums are made in shadows of the derivative's own.
    copied: FxHashMap<Value, Vec<Value>>,
    /// Shadows of globals, by global and direction.
    globals: FxHashMap<(Op, usize), Value>,
    /// Those of them that are the derivative's own, and are freed at the end.
    own_globals: Vec<Value>,
}

impl Shadows {
    /// Forgets the forward sweep's shadows of what a block defines, which is about to be emitted again.
    pub(super) fn forget_inside(&mut self, block: Block) {
        self.forward.retain(|(buffer, _), _| {
            let blocks = std::iter::successors(Some(buffer.block()), |inner| inner.parent_op().and_then(Op::block));
            blocks.into_iter().all(|inner| inner != block)
        });
    }
}

impl Reverse<'_> {
    /// Says which shadows, one for each direction, the forward sweep has for a buffer.
    pub fn bind_shadows(&mut self, buffer: Value, shadows: &[Value]) {
        for (lane, shadow) in shadows.iter().enumerate() {
            self.shadows.forward.insert((buffer, lane), *shadow);
        }
    }

    /// Says which shadows the caller gave for an argument.
    pub fn give_shadows(&mut self, buffer: Value, shadows: &[Value]) {
        let class = self.activity().representative(buffer);
        if self.facts().wide_shadows.kind(class) == Some(Kind::Copied) {
            self.shadows.copied.insert(buffer, shadows.to_vec());
            return;
        }
        self.shadows.given.insert(buffer);
        self.bind_shadows(buffer, shadows);
    }

    /// Says which shadows, one for each direction, a buffer has where the innermost frame reverses its block.
    pub fn provide_shadows(&mut self, buffer: Value, shadows: &[Value]) -> Result<()> {
        let frame = self.frame_of(buffer)?;
        for (lane, shadow) in shadows.iter().enumerate() {
            self.frame_shadows(frame).insert((buffer, lane), *shadow);
        }
        Ok(())
    }

    /// The shadows of a buffer in the reverse sweep, one for each direction.
    ///
    /// # Errors
    ///
    /// For a buffer of unknown origin.
    pub fn lane_shadows(&mut self, buffer: Value) -> Result<Vec<Value>> {
        let mut shadows = vec![];
        self.each_lane(|reverse| {
            shadows.push(reverse.shadow(buffer)?);
            Ok(())
        })?;
        Ok(shadows)
    }

    /// Says that the caller gets the shadow of a buffer, so that the forward sweep must have it.
    pub fn expose_shadow(&mut self, buffer: Value) {
        let class = self.activity().representative(buffer);
        self.shadows.exposed.insert(class);
    }

    /// The shadows of a buffer in the forward sweep, one for each direction.
    ///
    /// # Errors
    ///
    /// For a buffer of unknown origin.
    pub fn forward_shadows(&mut self, buffer: Value) -> Result<Vec<Value>> {
        let mut shadows = vec![];
        self.each_lane(|reverse| {
            shadows.push(reverse.forward_shadow(buffer)?);
            Ok(())
        })?;
        Ok(shadows)
    }

    /// The positions of the active buffers among values: those whose shadows travel with them.
    pub fn shadowed(&self, values: &[Value]) -> Vec<usize> {
        let is_shadowed = |value: &Value| value.ty().is_memory() && self.activity().is_active(*value);
        (0..values.len()).filter(|index| is_shadowed(&values[*index])).collect()
    }

    /// The counterparts of values in the forward sweep, and after them the shadows of those at some positions.
    pub fn with_shadows(&mut self, values: &[Value], shadowed: &[usize]) -> Result<Vec<Value>> {
        let mut all: Vec<_> = values.iter().map(|value| self.counterpart(*value)).collect();
        for index in shadowed {
            all.extend(self.forward_shadows(values[*index])?);
        }
        Ok(all)
    }

    /// Binds values to what [`Self::with_shadows`] has made, or what took its way: new values, then shadows.
    pub fn bind_with_shadows(&mut self, values: &[Value], new: &[Value], shadowed: &[usize]) {
        for (value, new) in values.iter().zip(new) {
            self.bind(*value, *new);
        }
        for (index, shadows) in shadowed.iter().zip(new[values.len()..].chunks(self.width)) {
            self.bind_shadows(values[*index], shadows);
        }
    }

    /// The type of the shadow of a buffer: its own, or one with wider elements.
    pub fn shadow_type(&self, buffer: Value) -> Type {
        match self.facts().wide_shadows.is_wide(self.activity().content(buffer)) {
            true => self.sum_type(buffer.ty()),
            false => buffer.ty(),
        }
    }

    /// Whether a call of a derivative hands over wide shadows of all buffers of narrow numbers.
    pub fn hands_over_wide(&self, call: Op) -> bool {
        self.facts().wide_shadows.hands_over_wide(call, self.activity())
    }

    /// The op on other operands: a view of a shadow in place of that of a buffer.
    fn on_shadows(&self, builder: &Builder, op: Op, operands: &[Value]) -> Op {
        let of = |result: Value| if result.ty().is_memory() { self.shadow_type(result) } else { result.ty() };
        let types: Vec<_> = op.results().into_iter().map(of).collect();
        if types.iter().zip(op.results()).any(|(ty, result)| *ty != result.ty()) {
            return builder.with_location(op.location()).create(op.name(), operands, &types, &op.attributes(), &[]);
        }
        let copy = op.duplicate();
        copy.set_operands(operands);
        builder.insert(copy)
    }

    /// Whether the shadow of a buffer lives in the reverse sweep only.
    fn is_local(&self, buffer: Value) -> bool {
        let given = |value| self.shadows.given.contains(&value);
        let origin = || self.activity().class(buffer).and_then(|class| class.single_origin());
        !given(buffer)
            && !buffer.ty().holds_buffers()
            && !self.is_global(buffer)
            && !self.shadows.exposed.contains(&self.activity().representative(buffer))
            && origin().is_some_and(|(value, origin)| {
                !matches!(origin, Origin::Returned | Origin::Escaped | Origin::Unknown) && !given(value)
            })
    }

    /// The shadow of a buffer in the forward sweep.
    fn forward_shadow(&mut self, buffer: Value) -> Result<Value> {
        // Chains of views are as long as the program.
        let mut pending = vec![buffer];
        while let Some(next) = pending.last().copied() {
            if !next.ty().is_differentiable() {
                return Err(Box::new(Diagnostic::error(next.location(), other_elements(next))));
            }
            let lane = self.lane();
            if self.shadows.forward.contains_key(&(next, lane)) {
                pending.pop();
                continue;
            }
            let missing: Vec<_> = self
                .shadow_sources(next)
                .into_iter()
                .filter(|source| !self.shadows.forward.contains_key(&(*source, lane)))
                .collect();
            if missing.is_empty() {
                let shadow = self.new_forward_shadow(next)?;
                self.shadows.forward.insert((next, lane), shadow);
                pending.pop();
            } else {
                pending.extend(missing.into_iter().rev());
            }
        }
        let known = self.shadows.forward.get(&(buffer, self.lane())).copied();
        known.ok_or_else(|| internal(buffer.location(), "a shadow was not made"))
    }

    /// The buffers that the shadow of a buffer is made of the shadows of.
    fn shadow_sources(&self, buffer: Value) -> Vec<Value> {
        let Some(op) = buffer.defining_op() else { return vec![] };
        match self.same_buffer(op, buffer) {
            Some(source) => vec![source],
            None => {
                let aliased = self.facts().rules.get(op).aliased_operands(op);
                aliased.into_iter().map(|index| op.operand(index)).collect()
            }
        }
    }

    /// Makes the shadow of a buffer in the forward sweep. Those that it is made of are there.
    fn new_forward_shadow(&mut self, buffer: Value) -> Result<Value> {
        let lane = self.lane();
        let primal = self.counterpart(buffer);
        let reads = |op: Op| !op.is_memory_effect_free();
        if self.is_on_device(buffer.block()) && buffer.defining_op().is_none_or(reads) {
            let message = "derivatives pass through memory of a kernel that is carried, yielded, chosen or loaded, which \
                           is not supported; name the memory itself where it is read and written";
            return Err(Box::new(Diagnostic::error(buffer.location(), message)));
        }
        let known = |source: Value| {
            let shadow = self.shadows.forward.get(&(source, lane)).copied();
            shadow.ok_or_else(|| internal(source.location(), "a shadow was not made"))
        };
        Ok(match buffer.defining_op() {
            None if buffer.ty().is_tape() => return Err(no_tape(buffer)),
            None if buffer.ty().has_no_zeros() => return Err(Box::new(no_shadow_of_buffers(buffer))),
            None => {
                // A const argument that active values pass through.
                let builder = Builder::at_start(primal.block(), buffer.location());
                emit::zeroed_as(&builder, self.shadow_type(buffer), primal)
            }
            Some(op) if let Some(source) = self.same_buffer(op, buffer) => known(source)?,
            Some(op) => {
                let aliased = self.facts().rules.get(op).aliased_operands(op);
                if !aliased.is_empty() {
                    let mut operands = vec![];
                    for (index, value) in op.operands().into_iter().enumerate() {
                        operands.push(match aliased.contains(&index) {
                            true => known(value)?,
                            false => self.counterpart(value),
                        });
                    }
                    let number = buffer.result_number().unwrap_or_default();
                    self.on_shadows(&self.after(primal)?, op, &operands).result(number)
                } else if self.is_allocation(op, buffer) {
                    let sizes = self.facts().rules.get(op).dynamic_sizes(op);
                    let sizes: Vec<_> = sizes.into_iter().map(|size| self.counterpart(size)).collect();
                    let builder = self.after(primal)?;
                    emit::zeroed_in(self.storage(buffer), &builder, self.shadow_type(buffer), &sizes)
                        .ok_or_else(|| no_zero(buffer))?
                } else if let Some(global) = self.facts().rules.get(op).global(op) {
                    self.global_shadow(global, buffer)?
                } else {
                    return Err(unknown_origin(op, buffer));
                }
            }
        })
    }

    /// The shadow of a global that a buffer is: the one that it names, or one of zeros.
    fn global_shadow(&mut self, global: Op, buffer: Value) -> Result<Value> {
        let key = (global, self.lane());
        if let Some(shadow) = self.shadows.globals.get(&key) {
            return Ok(*shadow);
        }
        let builder = Builder::at_start(self.new_entry(), buffer.location());
        let shadow = match globals::named_shadow(&builder, global, key.1) {
            Some(shadow) => shadow,
            None if buffer.ty().has_no_zeros() => return Err(Box::new(no_shadow_of_buffers(buffer))),
            None => {
                let shadow = emit::zeroed(&builder, self.shadow_type(buffer), &[]);
                self.shadows.own_globals.push(shadow);
                shadow
            }
        };
        self.shadows.globals.insert(key, shadow);
        Ok(shadow)
    }

    /// The shadow of a buffer in the reverse sweep.
    ///
    /// # Errors
    ///
    /// For a buffer of unknown origin.
    pub fn shadow(&mut self, buffer: Value) -> Result<Value> {
        let mut pending = vec![(buffer, false)];
        if let Some(partials) = self.partials_of(buffer) {
            return Ok(partials);
        }
        while let Some((buffer, ready)) = pending.pop() {
            if self.visible_shadow(buffer).is_some() {
                continue;
            }
            let frame = self.frame_of(buffer)?;
            let op = buffer.defining_op();
            if let Some(source) = op.and_then(|op| self.same_buffer(op, buffer)) {
                match self.visible_shadow(source) {
                    Some(shadow) => {
                        let lane = self.lane();
                        self.frame_shadows(frame).insert((buffer, lane), shadow);
                    }
                    None => pending.extend([(buffer, false), (source, false)]),
                }
                continue;
            }
            // What reads memory to make a view cannot be repeated here: its shadow comes from the forward sweep.
            let aliased = op
                .filter(|op| op.is_memory_effect_free())
                .map(|op| self.facts().rules.get(op).aliased_operands(op))
                .unwrap_or_default();
            let shadow = match op {
                Some(op) if !aliased.is_empty() && !ready => {
                    pending.push((buffer, true));
                    pending.extend(aliased.into_iter().map(|index| (op.operand(index), false)));
                    continue;
                }
                Some(op) if !aliased.is_empty() => self.repeat_on_shadows(frame, op, buffer, &aliased)?,
                _ if self.is_local(buffer) => self.local_shadow(frame, buffer)?,
                _ => {
                    let shadow = self.forward_shadow(buffer)?;
                    // That of a global stands at the start of the derivative, wherever the global is named.
                    let is_global = op.is_some_and(|op| self.facts().rules.get(op).global(op).is_some());
                    if is_global || self.is_direct(buffer.block()) {
                        shadow
                    } else {
                        let cache = self.shadow_cache_of(buffer, shadow)?;
                        self.pop(frame, &cache)?
                    }
                }
            };
            let lane = self.lane();
            self.frame_shadows(frame).insert((buffer, lane), shadow);
        }
        self.visible_shadow(buffer).ok_or_else(|| internal(buffer.location(), "a shadow cannot be brought here"))
    }

    /// The operand of an op that its result is, under another name.
    fn same_buffer(&self, op: Op, buffer: Value) -> Option<Value> {
        self.facts().rules.get(op).aliased_result(op, buffer.result_number()?)
    }

    fn visible_shadow(&mut self, buffer: Value) -> Option<Value> {
        let frame = self.frame_of(buffer).ok()?;
        let lane = self.lane();
        self.frame_shadows(frame).get(&(buffer, lane)).copied()
    }

    /// The shadow of a view: the same view of the shadow.
    fn repeat_on_shadows(&mut self, frame: usize, op: Op, buffer: Value, aliased: &[usize]) -> Result<Value> {
        let mut operands = vec![];
        for (index, operand) in op.operands().into_iter().enumerate() {
            operands.push(match aliased.contains(&index) {
                true => self.shadow(operand)?,
                false => self.primal(operand)?,
            });
        }
        let builder = Builder::at_end(self.frame_block(frame), op.location());
        Ok(self.on_shadows(&builder, op, &operands).result(buffer.result_number().unwrap_or_default()))
    }

    /// A shadow that lives in the reverse sweep only.
    fn local_shadow(&mut self, frame: usize, buffer: Value) -> Result<Value> {
        if !buffer.ty().is_differentiable() {
            return Err(Box::new(Diagnostic::error(buffer.location(), other_elements(buffer))));
        }
        let sizes = match buffer.defining_op() {
            None if buffer.ty().is_tape() => return Err(no_tape(buffer)),
            None => None,
            Some(op) if self.is_allocation(op, buffer) => {
                let mut sizes = vec![];
                for size in self.facts().rules.get(op).dynamic_sizes(op) {
                    sizes.push(self.primal(size)?);
                }
                Some(sizes)
            }
            Some(op) => return Err(unknown_origin(op, buffer)),
        };
        let builder = Builder::at_end(self.frame_block(frame), buffer.location());
        match sizes {
            Some(sizes) => emit::zeroed_in(self.storage(buffer), &builder, self.shadow_type(buffer), &sizes)
                .ok_or_else(|| Box::new(no_zero(buffer))),
            None => Ok(emit::zeroed_as(&builder, self.shadow_type(buffer), self.counterpart(buffer))),
        }
    }

    /// Where the shadow of a buffer lives: on the stack of a thread in a kernel, where its primal lives elsewhere.
    pub fn storage(&self, buffer: Value) -> Storage {
        let Some(op) = buffer.defining_op() else { return Storage::Heap };
        match self.facts().rules.get(op).storage(op) {
            Storage::Stack if !self.is_on_device(buffer.block()) => Storage::Heap,
            storage => storage,
        }
    }

    /// The allocation that a buffer is a view of, if it is a view of one.
    pub fn allocation_of(&self, buffer: Value) -> Option<Value> {
        self.activity().class(buffer).and_then(|class| class.single_origin()).map(|(value, _)| value)
    }

    /// Says which shadow the memory has that the current block makes.
    pub fn provide_shadow(&mut self, buffer: Value, lane: usize, shadow: Value) {
        if let Some(frame) = self.frames.last_mut() {
            frame.shadows.insert((buffer, lane), shadow);
        }
    }

    fn is_global(&self, buffer: Value) -> bool {
        self.activity()
            .class(buffer)
            .is_some_and(|class| class.origins.iter().any(|(_, origin)| matches!(origin, Origin::Global { .. })))
    }

    fn is_allocation(&self, op: Op, buffer: Value) -> bool {
        self.activity().class(buffer).is_some_and(|class| {
            class.origins.iter().any(|(value, origin)| *value == buffer && *origin == Origin::Allocation(op))
        })
    }

    /// Frees the shadow of a buffer, at the reverse of its allocation.
    pub fn free_shadow(&mut self, buffer: Value) -> Result<()> {
        if self.has_shadow(buffer) {
            let shadow = self.shadow(buffer)?;
            emit::release_in(self.storage(buffer), &self.builder(), shadow);
        }
        Ok(())
    }

    fn has_shadow(&mut self, buffer: Value) -> bool {
        match self.is_local(buffer) {
            true => self.visible_shadow(buffer).is_some(),
            false => self.shadows.forward.contains_key(&(buffer, self.lane())),
        }
    }

    /// Adds what has been summed for an argument to the shadows that the caller gave.
    fn add_copied(&mut self, argument: Value) -> Result<()> {
        let Some(given) = self.shadows.copied.get(&argument).cloned() else { return Ok(()) };
        self.each_lane(|reverse| {
            if reverse.has_shadow(argument) {
                let sums = reverse.shadow(argument)?;
                emit::accumulate_all(&reverse.builder(), sums, given[reverse.lane()]);
            }
            Ok(())
        })
    }

    /// Frees the shadows of arguments and globals, which are the derivative's own.
    pub fn free_argument_shadows(&mut self, arguments: &[Value]) -> Result<()> {
        for shadow in std::mem::take(&mut self.shadows.own_globals) {
            emit::release(&self.builder(), shadow);
        }
        for argument in arguments {
            if argument.ty().is_memory() && !self.shadows.given.contains(argument) {
                self.add_copied(*argument)?;
                self.each_lane(|reverse| reverse.free_shadow(*argument))?;
            }
        }
        Ok(())
    }

    fn after(&self, value: Value) -> Result<Builder> {
        value
            .defining_op()
            .and_then(Builder::after)
            .ok_or_else(|| internal(value.location(), "a buffer has no place for its shadow"))
    }
}

fn unknown_origin(op: Op, buffer: Value) -> Box<Diagnostic> {
    error_at(
        op,
        format!(
            "'{}' op gives a buffer of type '{}' whose origin is unknown, so it has no shadow; allocate it in the \
             function or pass it as an argument",
            op.name(),
            buffer.ty()
        ),
    )
}

fn no_tape(buffer: Value) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        buffer.location(),
        "a tape that active values pass through cannot be 'const', use 'dup'",
    ))
}

/// What is wrong with a view of numbers on a buffer of something else.
pub(crate) fn other_elements(buffer: Value) -> String {
    format!(
        "derivatives pass through a buffer of type '{}' by way of a view with other elements, which is not supported; \
         allocate it with the elements that it holds",
        buffer.ty()
    )
}
