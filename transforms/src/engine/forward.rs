//! Forward mode: tangents beside primals, shadows of tangents beside buffers.

use crate::{
    analysis::activity::Activity,
    emit,
    engine::{Copier, Registry, Request, Result, body_ops, error_at, internal},
    globals,
};
use autodiff_dialect::ir::{Block, Builder, Op, Type, Value};
use rustc_hash::FxHashMap;

/// The state of one forward-mode derivative while it is built.
pub struct Forward<'a> {
    rules: &'a Registry,
    activity: &'a Activity,
    copier: Copier,
    /// By value and direction.
    tangents: FxHashMap<(Value, usize), Value>,
    width: usize,
    strong_zero: bool,
    lane: usize,
    /// The op that was copied last, for its further directions.
    last_copy: Option<(Op, Op)>,
    builder: Builder,
    entry: Block,
    /// Shadows of globals, by global and direction.
    globals: FxHashMap<(Op, usize), Value>,
    /// Those of them that are the derivative's own, and are freed at the end.
    own: Vec<Value>,
    required: Vec<Request>,
}

impl<'a> Forward<'a> {
    /// Starts in a block of the new function.
    pub fn new(rules: &'a Registry, activity: &'a Activity, builder: Builder, request: &Request) -> Self {
        Self {
            rules,
            activity,
            copier: Copier::default(),
            tangents: FxHashMap::default(),
            width: request.width,
            strong_zero: request.strong_zero,
            lane: 0,
            last_copy: None,
            entry: builder.block(),
            globals: FxHashMap::default(),
            own: vec![],
            required: vec![],
            builder,
        }
    }

    /// The activity of the primal's values.
    pub fn activity(&self) -> &'a Activity {
        self.activity
    }

    /// Where new ops go.
    pub fn builder(&self) -> Builder {
        self.builder
    }

    /// The counterpart of a primal value.
    pub fn primal(&self, value: Value) -> Value {
        self.copier.get(value)
    }

    /// Makes `new` the counterpart of a primal value.
    pub fn set_primal(&mut self, value: Value, new: Value) {
        self.copier.set(value, new);
    }

    /// The tangent of a value or the shadow of a buffer; `None`: zero.
    pub fn tangent(&self, value: Value) -> Option<Value> {
        self.tangents.get(&(value, self.lane)).copied()
    }

    /// Sets the tangent of a value or the shadow of a buffer.
    pub fn set_tangent(&mut self, value: Value, tangent: Option<Value>) {
        if let Some(tangent) = tangent {
            self.tangents.insert((value, self.lane), tangent);
        }
    }

    /// The tangent of a value as an SSA value: a zero is made if need be.
    ///
    /// # Errors
    ///
    /// For a type that has no constant zero, and for a buffer without a shadow.
    pub fn tangent_or_zero(&self, value: Value) -> Result<Value> {
        if let Some(tangent) = self.tangent(value) {
            return Ok(tangent);
        }
        if is_open_tensor(value.ty()) {
            return emit::zero_tensor(&self.builder, self.primal(value)).ok_or_else(|| Box::new(no_zero(value)));
        }
        if value.ty().has_no_zeros() {
            return Err(Box::new(no_shadow_of_buffers(value)));
        }
        self.builder.number(value.ty(), 0.0).ok_or_else(|| match value.ty().is_memory() {
            true => internal(value.location(), "an active buffer has no shadow"),
            false => Box::new(no_zero(value)),
        })
    }

    /// The shadow of a global that a buffer is: the one that it names, or one of zeros, which lives as long as the
    /// derivative runs.
    ///
    /// # Errors
    ///
    /// For a buffer of buffers without a shadow that the global names.
    pub fn global_shadow(&mut self, global: Op, buffer: Value) -> Result<Value> {
        let key = (global, self.lane);
        if let Some(shadow) = self.globals.get(&key) {
            return Ok(*shadow);
        }
        let builder = Builder::at_start(self.entry, buffer.location());
        let shadow = match globals::named_shadow(&builder, global, self.lane) {
            Some(shadow) => shadow,
            None if buffer.ty().holds_buffers() => return Err(Box::new(no_shadow_of_buffers(buffer))),
            None => {
                let shadow = emit::zeroed(&builder, buffer.ty(), &[]);
                self.own.push(shadow);
                shadow
            }
        };
        self.globals.insert(key, shadow);
        Ok(shadow)
    }

    /// Asks for another derivative, which the one that is being built calls.
    pub fn require(&mut self, request: Request) {
        self.required.push(request);
    }

    /// The derivatives that were asked for.
    pub fn required(self) -> Vec<Request> {
        self.required
    }

    /// Frees the shadows that are the derivative's own.
    pub fn finish(&mut self) {
        for shadow in self.own.drain(..) {
            emit::release(&self.builder, shadow);
        }
    }

    /// Copies an op of the primal as it is; once, however many directions ask.
    pub fn copy(&mut self, op: Op) -> Op {
        if let Some((_, copy)) = self.last_copy.filter(|(last, _)| self.lane > 0 && *last == op) {
            return copy;
        }
        let builder = self.builder.with_location(op.location());
        let copy = self.copier.copy(&builder, op);
        self.last_copy = Some((op, copy));
        copy
    }

    /// Whether a zero tangent stays zero whatever partial it meets.
    pub fn strong_zero(&self) -> bool {
        self.strong_zero
    }

    /// The number of directions.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Does something for each direction.
    pub fn each_lane(&mut self, mut body: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        for lane in 0..self.width {
            self.lane = lane;
            let result = body(self);
            self.lane = 0;
            result?;
        }
        Ok(())
    }

    /// Emits the ops of a primal block, all but its terminator, at the end of a new block.
    pub fn body(&mut self, block: Block, into: Block) -> Result<()> {
        let inner = Builder::at_end(into, self.builder.location());
        let outer = std::mem::replace(&mut self.builder, inner);
        let result = body_ops(block).into_iter().try_for_each(|op| {
            self.builder = self.builder.with_location(op.location());
            let rule = self.rules.get(op);
            match rule.handles_all_lanes() {
                true => rule.jvp(op, self),
                false => self.each_lane(|forward| rule.jvp(op, forward)),
            }
        });
        self.builder = outer;
        result
    }

    /// Builds at the end of a new block.
    pub fn within<T>(&mut self, block: Block, build: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let inner = Builder::at_end(block, self.builder.location());
        let outer = std::mem::replace(&mut self.builder, inner);
        let result = build(self);
        self.builder = outer;
        result
    }

    /// The primals of values and, after each active one, its tangents.
    pub fn doubled(&mut self, values: &[Value], active: impl Fn(usize) -> bool) -> Result<Vec<Value>> {
        let mut all = vec![];
        for (index, value) in values.iter().enumerate() {
            all.push(self.primal(*value));
            if active(index) {
                self.each_lane(|forward| {
                    all.push(forward.tangent_or_zero(*value)?);
                    Ok(())
                })?;
            }
        }
        Ok(all)
    }

    /// Names the counterparts of values, and the tangents after those that are active.
    pub fn bind_doubled(&mut self, values: &[Value], new: &[Value], active: impl Fn(usize) -> bool) {
        let mut new = new.iter();
        for (index, value) in values.iter().enumerate() {
            if let Some(primal) = new.next() {
                self.set_primal(*value, *primal);
            }
            if active(index) {
                for lane in 0..self.width {
                    self.tangents.extend(new.next().map(|tangent| ((*value, lane), *tangent)));
                }
            }
        }
    }

    /// An error: the op cannot be differentiated.
    pub fn refuse<T>(&self, op: Op, message: impl Into<String>) -> Result<T> {
        Err(error_at(op, message))
    }

    /// The only block of a region of the primal.
    pub fn block_of(&self, op: Op, region: usize) -> Result<Block> {
        single_block(op, region)
    }
}

/// The only block of a region.
pub(crate) fn single_block(op: Op, region: usize) -> Result<Block> {
    op.body(region).ok_or_else(|| {
        error_at(
            op,
            format!(
                "'{}' op has a region with several blocks: its control flow could not be made structured; mark its \
                 inputs 'const' or rewrite it with 'scf' ops",
                op.name()
            ),
        )
    })
}

/// Whether a type is a tensor whose size is known at run time only.
pub(crate) fn is_open_tensor(ty: Type) -> bool {
    ty.is_tensor() && ty.shape().contains(&Type::DYNAMIC)
}

/// Nothing but the caller knows which of the buffers that a buffer holds are the same.
pub(crate) fn no_shadow_of_buffers(buffer: Value) -> autodiff_dialect::diagnostic::Diagnostic {
    if buffer.ty().is_tape() {
        let message = "this tape carries no derivative here, but may elsewhere; take it up where it is made";
        return autodiff_dialect::diagnostic::Diagnostic::error(buffer.location(), message);
    }
    autodiff_dialect::diagnostic::Diagnostic::error(
        buffer.location(),
        format!(
            "derivatives pass through the buffers that a buffer of type '{}' holds, so it needs a shadow that holds \
             their shadows; pass it as a 'dup' argument or allocate it in the function",
            buffer.ty()
        ),
    )
}

pub(crate) fn no_zero(value: Value) -> autodiff_dialect::diagnostic::Diagnostic {
    autodiff_dialect::diagnostic::Diagnostic::error(
        value.location(),
        format!("derivatives of type '{}' are not supported: it has no constant zero", value.ty()),
    )
}
