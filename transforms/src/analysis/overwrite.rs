//! Which loads the reverse sweep can repeat, because nothing overwrites or frees the memory after them.
//!
//! Position is that of the enclosing op in the function's body: a write inside the same outermost loop as the load
//! counts as coming after it.

use crate::analysis::{
    activity::Activity,
    memory::{Kind, Origin},
    semantics::Meanings,
};
use autodiff_dialect::{
    ir::{Block, EffectKind, Op, Region, Value},
    views::memref,
};
use rustc_hash::FxHashMap;

/// What prevents that a read is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// An op after the read may write to the buffer.
    LaterWrite(Op),
    /// An op inside the same op of the function's own block, such as a loop, may write to the buffer.
    WriteBeside(Op),
    /// An op frees the buffer, and cannot wait until the end of the function.
    Free(Op),
    /// The read is in no block of the function.
    Place,
}

/// The last write to, and the release of, each alias class of a function.
pub struct Overwrites {
    position: FxHashMap<Op, usize>,
    last_write: FxHashMap<Value, (usize, Op)>,
    frees: FxHashMap<Value, Vec<Op>>,
    /// The last op whose effects are unknown: it may write to all that is visible from outside.
    last_unknown: Option<(usize, Op)>,
    entry: Option<Block>,
}

impl Overwrites {
    /// Collects the writes of a function.
    pub fn new(function: Op, activity: &Activity, rules: &dyn Meanings) -> Self {
        let entry = function.body(0);
        let mut this = Self {
            position: FxHashMap::default(),
            last_write: FxHashMap::default(),
            frees: FxHashMap::default(),
            last_unknown: None,
            entry,
        };
        let tops = entry.map(Block::ops).unwrap_or_default();
        for (index, top) in tops.into_iter().enumerate() {
            this.position.insert(top, index);
            for op in top.walk() {
                this.add(op, index, activity, rules);
            }
        }
        if let Some((index, op)) = this.last_unknown {
            for (value, _) in activity.classes().iter().filter(|(_, class)| class.is_visible()) {
                this.mark(value, index, op);
            }
        }
        this.spread(activity);
        this
    }

    /// Takes all memory that may be touched when the function has returned as written at its end, because the reverse
    /// sweep is a function of its own, called later: memory from outside, what is returned, and the stack.
    pub fn hand_over(&mut self, function: Op, activity: &Activity) {
        let Some(end) = self.entry.and_then(Block::terminator) else { return };
        let Some(index) = self.position.get(&end).copied() else { return };
        for (value, class) in activity.classes().iter() {
            if class.changes_later() {
                self.mark(value, index, end);
            }
        }
        for value in end.operands().into_iter().filter(|value| value.ty().is_memory()) {
            self.mark(activity.representative(value), index, end);
        }
        for op in function.walk().into_iter().filter(|op| op.is::<memref::Alloca>()) {
            self.mark(activity.representative(op.result(0)), index, end);
        }
    }

    fn add(&mut self, op: Op, index: usize, activity: &Activity, rules: &dyn Meanings) {
        let written: Vec<Value> = match op.effects() {
            // A region op has the effects of its body, which are visited by themselves, and those on its operands: an
            // atomic update by a body.
            Some(effects) if op.region_count() > 0 => {
                let operands = op.operands();
                let writes = effects.into_iter().filter(|effect| effect.kind == EffectKind::Write);
                let operand = |value: &Value| value.ty().is_memory() && operands.contains(value);
                let mut written: Vec<_> = writes.filter_map(|effect| effect.value).filter(operand).collect();
                written.extend(own_memory(op, activity));
                written
            }
            Some(effects) => {
                let mut written = vec![];
                for effect in effects {
                    match (effect.kind, effect.value) {
                        (EffectKind::Write, Some(value)) if value.ty().is_memory() => written.push(value),
                        (EffectKind::Write, None) => {
                            written.extend(op.operands().into_iter().filter(|value| value.ty().is_memory()))
                        }
                        (EffectKind::Free, Some(value)) if value.ty().is_memory() => {
                            self.frees.entry(activity.representative(value)).or_default().push(op)
                        }
                        _ => {}
                    }
                }
                written
            }
            None if rules.of(op).touches_no_memory() => vec![],
            None => {
                // Unknown effects, such as a call: whatever it is given, and whatever is visible from outside.
                self.last_unknown = Some((index, op));
                op.operands().into_iter().filter(|value| value.ty().is_memory()).collect()
            }
        };
        for value in written {
            self.mark(activity.representative(value), index, op);
        }
    }

    fn mark(&mut self, class: Value, index: usize, writer: Op) {
        let last = self.last_write.entry(class).or_insert((index, writer));
        if last.0 <= index {
            *last = (index, writer);
        }
    }

    /// A write to a class is a write to every class that may be the same memory.
    fn spread(&mut self, activity: &Activity) {
        let exposed: Vec<_> = activity.classes().iter().filter(|(_, class)| class.is_exposed()).collect();
        let mut lasts = FxHashMap::<Kind, (usize, Op)>::default();
        for (value, class) in &exposed {
            if let Some((index, writer)) = self.last_write.get(value).copied() {
                let last = lasts.entry(class.kind()).or_insert((index, writer));
                if last.0 <= index {
                    *last = (index, writer);
                }
            }
        }
        for (value, class) in &exposed {
            for (_, (index, writer)) in lasts.iter().filter(|(kind, _)| class.kind().may_meet(**kind)) {
                self.mark(*value, *index, *writer);
            }
        }
    }

    /// Whether a read of a buffer by `op`, repeated after the whole forward sweep, gives the same content. The buffer's
    /// release may have to wait: see [`Self::may_wait`].
    pub fn is_replayable(&self, op: Op, buffer: Value, activity: &Activity) -> bool {
        self.obstacle(op, buffer, activity).is_none()
    }

    /// What prevents that a read of a buffer by `op` is repeated after the whole forward sweep.
    pub fn obstacle(&self, op: Op, buffer: Value, activity: &Activity) -> Option<Obstacle> {
        let class = activity.representative(buffer);
        let Some(top) = self.top(op) else { return Some(Obstacle::Place) };
        if let Some((last, writer)) = self.last_write.get(&class)
            && *last >= top
        {
            return Some(if *last == top { Obstacle::WriteBeside(*writer) } else { Obstacle::LaterWrite(*writer) });
        }
        match self.frees.get(&class).map(Vec::as_slice) {
            Some([first, ..]) if !self.may_wait(class) => Some(Obstacle::Free(*first)),
            _ => None,
        }
    }

    /// Whether what frees a class may wait until the end of the function: all of it runs once, in the function's own block.
    pub fn may_wait(&self, class: Value) -> bool {
        self.frees.get(&class).is_none_or(|frees| frees.iter().all(|free| free.block() == self.entry))
    }

    /// Whether an op frees a class.
    pub fn is_freed(&self, class: Value) -> bool {
        self.frees.get(&class).is_some_and(|frees| !frees.is_empty())
    }

    /// The last op that may write to a class.
    pub fn writer(&self, class: Value) -> Option<Op> {
        self.last_write.get(&class).map(|(_, writer)| *writer)
    }

    /// Whether nothing writes to a class in or after an op of the function's own block.
    pub fn is_final(&self, op: Op, class: Value) -> bool {
        let Some(position) = self.position.get(&op) else { return false };
        self.last_write.get(&class).is_none_or(|(last, _)| last < position)
    }

    /// Whether a class is never freed, or is one buffer whose only release may wait until the end of the function.
    pub fn is_kept(&self, class: Value, activity: &Activity) -> bool {
        let single = || activity.classes().get(class).and_then(|class| class.single_origin()).is_some();
        match self.frees.get(&class).map(Vec::as_slice) {
            None | Some([]) => true,
            Some([free]) => free.block() == self.entry && single(),
            _ => false,
        }
    }

    fn top(&self, op: Op) -> Option<usize> {
        let mut op = op;
        while op.block() != self.entry {
            op = op.parent()?;
        }
        self.position.get(&op).copied()
    }
}

/// The memory that an op makes for its regions: what it holds is gone afterwards.
fn own_memory(op: Op, activity: &Activity) -> Vec<Value> {
    let blocks = op.regions().into_iter().filter_map(Region::first_block);
    let made = |argument: &Value| {
        argument.ty().is_memory()
            && activity.class(*argument).is_some_and(|class| {
                class.origins.iter().any(|(value, origin)| value == argument && *origin == Origin::Allocation(op))
            })
    };
    blocks.flat_map(Block::arguments).filter(made).collect()
}
