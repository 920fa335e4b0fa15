//! Loops whose iterations the reverse sweep runs again, instead of keeping what the loops inside them cached.
//!
//! Where the iterations of a loop compute from memory that stays as it is, the reverse of an iteration can start by
//! repeating it: what the inner loops save is then kept for one iteration, not for all. The price is one more run of the
//! body. A loop of the function's own block qualifies if
//!
//! 1. something in a loop inside it would be cached;
//! 2. it carries no buffers, and all that it does to memory is known;
//! 3. what it reads and does not write is not written later either, and can be kept until the end;
//! 4. what it writes is its own: allocated and freed in the iteration, or allocated before the loop, seen by nothing
//!    outside the function, and completely overwritten by each iteration before anything else touches it.

use crate::analysis::{activity::Activity, memory::Origin, overwrite::Overwrites, semantics::Meanings};
use autodiff_dialect::{
    ir::{Block, EffectKind, Op, Value},
    views::memref,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The loops to run again.
#[derive(Default)]
pub struct Reruns {
    bodies: FxHashSet<Block>,
    /// Classes of memory that the repetition touches and whose release must wait.
    kept: FxHashSet<Value>,
}

impl Reruns {
    /// Chooses among the loops of a function's own block. `cached`: the values that would be cached otherwise.
    pub fn new(
        entry: Block,
        rules: &dyn Meanings,
        activity: &Activity,
        overwrites: &Overwrites,
        cached: impl Iterator<Item = Value>,
    ) -> Self {
        let mut this = Self::default();
        let mut candidates = FxHashSet::default();
        for value in cached {
            candidates.extend(loop_around_loops(entry, rules, value));
        }
        for op in entry.ops().into_iter().filter(|op| candidates.contains(op)) {
            let Some(body) = rules.of(op).iteration(op) else { continue };
            let memory = Memory { op, body, rules, activity, overwrites };
            if let Some(kept) = memory.repeatable() {
                this.bodies.insert(body);
                this.kept.extend(kept);
            }
        }
        this
    }

    /// Whether a block is the body of a loop whose iterations are run again.
    pub fn contains(&self, body: Block) -> bool {
        self.bodies.contains(&body)
    }

    /// Whether no loop is run again.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// The classes of memory whose release must wait for the reverse sweep.
    pub fn kept(&self) -> impl Iterator<Item = Value> {
        self.kept.iter().copied()
    }
}

/// The op of the function's own block around a value, if there is another loop between them.
fn loop_around_loops(entry: Block, rules: &dyn Meanings, value: Value) -> Option<Op> {
    let mut op = value.block().parent_op()?;
    let mut loops = 0;
    loop {
        loops += usize::from(!rules.of(op).runs_once(op));
        if op.block()? == entry {
            return (loops > 1).then_some(op);
        }
        op = op.parent()?;
    }
}

struct Memory<'a> {
    op: Op,
    body: Block,
    rules: &'a dyn Meanings,
    activity: &'a Activity,
    overwrites: &'a Overwrites,
}

impl Memory<'_> {
    /// The classes whose release must wait, if the iterations can be repeated.
    fn repeatable(&self) -> Option<Vec<Value>> {
        if self.body.arguments().into_iter().any(|argument| argument.ty().is_memory()) {
            return None;
        }
        let mut written = FxHashSet::default();
        let mut read = FxHashSet::default();
        let mut allocated = FxHashMap::default();
        let mut freed = FxHashSet::default();
        for op in self.op.walk().into_iter().filter(|op| !self.rules.of(*op).touches_no_memory()) {
            for effect in op.effects()? {
                let class = match effect.value {
                    Some(value) if value.ty().is_memory() => self.activity.representative(value),
                    _ if effect.kind == EffectKind::Read => continue,
                    _ => return None,
                };
                // The shadows of what is stored are stored in the forward sweep, which copies the loop as it is.
                let inside = |value: Value| value.defining_op().is_some_and(|made| self.op.encloses(made));
                let pointers = effect.value.filter(|value| value.ty().holds_buffers());
                if effect.kind == EffectKind::Write && pointers.is_some_and(|table| !inside(table)) {
                    return None;
                }
                match effect.kind {
                    EffectKind::Read => read.insert(class),
                    EffectKind::Write => written.insert(class),
                    EffectKind::Allocate => allocated.insert(class, op).is_none(),
                    EffectKind::Free => freed.insert(class),
                };
            }
        }
        // A class may have other origins beside the allocation in the loop: buffers that are chosen or carried.
        if allocated.keys().any(|class| !self.is_own(*class)) {
            return None;
        }
        let on_heap = |op: &Op| !op.is::<memref::Alloca>();
        if allocated.iter().any(|(class, op)| on_heap(op) && !freed.contains(class))
            || freed.iter().any(|class| !allocated.contains_key(class))
        {
            return None;
        }
        let mut kept = vec![];
        for class in read.union(&written).copied().filter(|class| !allocated.contains_key(class)) {
            let is_private = || self.is_overwritten_first(class);
            if written.contains(&class) && !is_private() {
                return None;
            }
            if !written.contains(&class) && !self.overwrites.is_final(self.op, class) {
                return None;
            }
            if !self.overwrites.is_kept(class, self.activity) {
                return None;
            }
            kept.push(class);
        }
        Some(kept)
    }

    /// Whether all buffers of a class are allocated in the loop.
    fn is_own(&self, class: Value) -> bool {
        let inside = |origin: &Origin| matches!(origin, Origin::Allocation(op) if self.op.encloses(*op));
        self.activity
            .classes()
            .get(class)
            .is_some_and(|class| !class.origins.is_empty() && class.origins.iter().all(|(_, origin)| inside(origin)))
    }

    /// Whether each iteration replaces all of a buffer before it does anything else with it, and nothing outside the
    /// function sees the buffer.
    fn is_overwritten_first(&self, class: Value) -> bool {
        let Some(known) = self.activity.classes().get(class) else { return false };
        let Some((origin, _)) = known.single_origin().filter(|_| !known.is_visible()) else { return false };
        let touches = |op: &Op, except: Option<Op>| {
            op.walk().into_iter().filter(|inner| Some(*inner) != except && !inner.is::<memref::Dim>()).any(|inner| {
                let operands = inner.operands().into_iter().filter(|operand| operand.ty().is_memory());
                operands.into_iter().any(|operand| self.activity.representative(operand) == class)
            })
        };
        for op in self.body.ops() {
            if let Some((buffer, writer)) = self.rules.of(op).overwrites(op)
                && buffer == origin
            {
                let once = writer.operands().into_iter().filter(|operand| *operand == origin).count() == 1;
                return once && !touches(&op, Some(writer));
            }
            if touches(&op, None) {
                return false;
            }
        }
        false
    }
}
