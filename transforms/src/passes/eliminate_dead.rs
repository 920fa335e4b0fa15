//! Removes what nothing observes: computations, and stores to memory of the function's own that no live op reads.
//!
//! Upstream's clean-up keeps every loop that stores something. Here an op is live
//!
//! 1. if it ends the function, writes memory that is visible outside, or does what nothing knows;
//! 2. if a live op uses its results, or it holds a live op;
//! 3. if it writes to memory that a live op reads;
//! 4. if it frees memory whose allocation is live.
//!
//! Loops are taken to end.

use crate::{
    analysis::buffers::Buffers,
    rules::{elementwise::RuleBook, registry},
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Effect, EffectKind, Op, Region, Value},
    views::memref,
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static PASS: Pass =
    Pass::new(c"autodiff-eliminate-dead", c"Remove computations and stores that nothing observes", &[], |_, module| {
        let rules = registry(RuleBook::builtin());
        // All are found before anything is erased.
        let functions = module.functions();
        for function in functions {
            if function.body(0).is_some() {
                let ops = function.walk();
                let aliases = Buffers::of(function, &ops, &rules);
                let mut liveness = Liveness::new(&ops, function, &aliases);
                liveness.run();
                for op in liveness.dead(&ops).into_iter().rev() {
                    op.erase();
                }
            }
        }
        Ok(())
    });

/// What the ops of a function do to each class of memory.
struct Liveness<'a> {
    aliases: &'a Buffers,
    function: Op,
    /// Those of the ops that have any; `None`: unknown ones.
    effects: FxHashMap<Op, Option<Vec<Effect>>>,
    writers: FxHashMap<Value, Vec<Op>>,
    frees: FxHashMap<Value, Vec<Op>>,
    live: FxHashSet<Op>,
    observed: FxHashSet<Value>,
    pending: Vec<Op>,
}

impl<'a> Liveness<'a> {
    fn new(ops: &[Op], function: Op, aliases: &'a Buffers) -> Self {
        let mut this = Self {
            aliases,
            function,
            effects: FxHashMap::default(),
            writers: FxHashMap::default(),
            frees: FxHashMap::default(),
            live: FxHashSet::with_capacity_and_hasher(ops.len(), Default::default()),
            observed: FxHashSet::default(),
            pending: vec![],
        };
        for op in ops.iter().copied().skip(1) {
            let effects = op.effects();
            this.classify(op, effects.as_deref());
            if effects.as_ref().is_none_or(|effects| !effects.is_empty()) {
                this.effects.insert(op, effects);
            }
        }
        this
    }

    fn is_visible(&self, class: Value) -> bool {
        self.aliases.classes().get(class).is_none_or(|class| class.is_visible())
    }

    /// Finds the roots, and who writes and frees what.
    fn classify(&mut self, op: Op, effects: Option<&[Effect]>) {
        let Some(effects) = effects else { return self.mark(op) };
        if op.is_terminator() && op.parent() == Some(self.function) {
            return self.mark(op);
        }
        for effect in effects {
            match (effect.kind, effect.value.filter(|value| value.ty().is_memory())) {
                (EffectKind::Read | EffectKind::Allocate, _) => {}
                (_, None) => self.mark(op),
                (kind, Some(value)) => {
                    let class = self.aliases.representative(value);
                    if self.is_visible(class) {
                        self.mark(op);
                    } else if kind == EffectKind::Free {
                        self.frees.entry(class).or_default().push(op);
                    } else if value.defining_op() != Some(op) {
                        // What an op writes to a buffer that it makes is nothing to be kept for its own sake.
                        self.writers.entry(class).or_default().push(op);
                    }
                }
            }
        }
    }

    fn mark(&mut self, op: Op) {
        if self.live.insert(op) {
            self.pending.push(op);
        }
    }

    fn observe(&mut self, class: Value) {
        if self.observed.insert(class) {
            for op in self.writers.remove(&class).unwrap_or_default() {
                self.mark(op);
            }
        }
    }

    fn run(&mut self) {
        while let Some(op) = self.pending.pop() {
            for operand in op.operands() {
                if let Some(source) = operand.defining_op() {
                    self.mark(source);
                } else if let Some(owner) = operand.block().parent_op().filter(|owner| *owner != self.function) {
                    self.mark(owner);
                }
            }
            if let Some(parent) = op.parent().filter(|parent| *parent != self.function) {
                self.mark(parent);
            }
            for end in op.regions().into_iter().flat_map(Region::blocks).filter_map(Block::terminator) {
                self.mark(end);
            }
            let effects = self.effects.remove(&op).unwrap_or_else(|| Some(vec![]));
            let unknown = effects.is_none();
            for effect in effects.unwrap_or_default() {
                let Some(value) = effect.value.filter(|value| value.ty().is_memory()) else { continue };
                let class = self.aliases.representative(value);
                match effect.kind {
                    EffectKind::Read => self.observe(class),
                    EffectKind::Allocate => {
                        for free in self.frees.remove(&class).unwrap_or_default() {
                            self.mark(free);
                        }
                    }
                    _ => {}
                }
            }
            let returns = op.is_terminator() && op.parent() == Some(self.function);
            if returns || unknown || op.is::<memref::ExtractAlignedPointerAsIndex>() {
                // Whoever gets a buffer, or does what nothing knows, may read it.
                for operand in op.operands().into_iter().filter(|operand| operand.ty().is_memory()) {
                    self.observe(self.aliases.representative(operand));
                }
            }
        }
    }

    /// The outermost ops that are not live, in program order.
    fn dead(&self, ops: &[Op]) -> Vec<Op> {
        let mut dead = vec![];
        // What holds a live op is live, so only those that are not have to be looked for around an op.
        let mut gone = FxHashSet::default();
        for op in ops.iter().copied().skip(1).filter(|op| !self.live.contains(op)) {
            let inside = op.parent().is_some_and(|parent| gone.contains(&parent));
            if !inside && op.is_terminator() {
                continue;
            }
            if !inside {
                dead.push(op);
            }
            if op.region_count() > 0 {
                gone.insert(op);
            }
        }
        dead
    }
}
