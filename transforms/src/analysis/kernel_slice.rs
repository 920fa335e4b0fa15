//! The part of a kernel that decides some of its values, and that can run alone before the kernel.
//!
//! 1. Follow values back: from results to operands, and through regions by what their ops forward.
//! 2. With an op, keep the branches and loops around it, and what decides where they go. All that threads exchange
//!    stands in the same control flow as in the kernel, and so do barriers: the same threads meet there.
//! 3. What is read must be as it is when the kernel starts: nothing in the kernel writes to it. Or it is memory of the
//!    workgroup or of the thread. Then all that writes to it is kept too, and so are barriers.
//!
//! Nothing in such a part is seen by anybody else.

use crate::analysis::{activity::Activity, memory::Origin, semantics::Meanings};
use autodiff_dialect::ir::{Block, EffectKind, Op, Region, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// A part of a launch.
pub struct KernelSlice<'a> {
    launch: Op,
    rules: &'a dyn Meanings,
    activity: &'a Activity,
    ops: FxHashSet<Op>,
    values: FxHashSet<Value>,
    /// What kept ops with regions forward: an op, the number of its operand, and who gets the value.
    forwarded: FxHashMap<Op, Vec<(Op, usize, Value)>>,
    /// Classes of memory whose content is kept.
    own: FxHashSet<Value>,
    /// By class of memory that is read: whether the launch may write to it.
    written: FxHashMap<Value, bool>,
    pending: Vec<Item>,
}

enum Item {
    Op(Op),
    Value(Value),
}

impl<'a> KernelSlice<'a> {
    /// The part of a launch that decides some values in it, and where `around` goes; `None`: it cannot run alone.
    ///
    /// # Cost
    /// Linear in the ops of the kernel, once more for each class of memory that is read.
    pub fn of(
        launch: Op,
        wanted: &[Value],
        around: Op,
        rules: &'a dyn Meanings,
        activity: &'a Activity,
    ) -> Option<Self> {
        let mut this = Self {
            launch,
            rules,
            activity,
            ops: FxHashSet::default(),
            values: FxHashSet::default(),
            forwarded: FxHashMap::default(),
            own: FxHashSet::default(),
            written: FxHashMap::default(),
            pending: wanted.iter().copied().map(Item::Value).collect(),
        };
        this.pending.push(Item::Op(around));
        while let Some(item) = this.pending.pop() {
            match item {
                Item::Op(op) => this.keep(op)?,
                Item::Value(value) => this.want(value)?,
            }
        }
        Some(this)
    }

    /// Whether an op stays when all is dropped that does not belong to the part: kept ops, their terminators, and what is
    /// in an op that is kept as a whole.
    pub fn stays(&self, op: Op) -> bool {
        if op == self.launch || self.ops.contains(&op) {
            return true;
        }
        match op.parent() {
            Some(parent) if self.is_open(parent) => op.is_terminator(),
            Some(parent) => self.stays(parent),
            None => false,
        }
    }

    /// Whether an op is dropped, and not only because it is in one that is.
    pub fn is_other(&self, op: Op) -> bool {
        !self.stays(op) && op.parent().is_some_and(|parent| self.is_open(parent))
    }

    /// Whether some ops of the regions of an op may stay and others be dropped.
    fn is_open(&self, op: Op) -> bool {
        op == self.launch || self.forwarded.contains_key(&op)
    }

    /// Operands that kept ops, and the terminators in them, forward to nothing that is kept: an op and a number.
    pub fn idle(&self) -> Vec<(Op, usize)> {
        let mut idle = vec![];
        for op in self.launch.walk() {
            let Some(forwarded) = self.forwarded.get(&op) else { continue };
            let mut receivers = FxHashMap::<(Op, usize), bool>::default();
            for (end, number, to) in forwarded {
                *receivers.entry((*end, *number)).or_default() |= self.values.contains(to);
            }
            for end in std::iter::once(op).chain(terminators(op)) {
                let numbers = (0..end.operand_count()).filter(|number| receivers.get(&(end, *number)) == Some(&false));
                idle.extend(numbers.map(|number| (end, number)));
            }
        }
        idle
    }

    fn want(&mut self, value: Value) -> Option<()> {
        if !self.launch.encloses_value(value) || !self.values.insert(value) {
            return Some(());
        }
        let block = value.block();
        let op = value.defining_op().or(block.parent_op())?;
        if op == self.launch {
            return Some(());
        }
        self.keep(op)?;
        let Some(forwarded) = self.forwarded.get(&op) else { return value.defining_op().map(|_| ()) };
        let sources: Vec<_> = forwarded
            .iter()
            .filter(|(_, _, to)| *to == value)
            .map(|(owner, number, _)| owner.operand(*number))
            .collect();
        // An argument that nothing is forwarded to is an induction variable; a result is something that we do not know.
        if sources.is_empty() && value.defining_op().is_some() {
            return None;
        }
        self.pending.extend(sources.into_iter().map(Item::Value));
        Some(())
    }

    fn keep(&mut self, op: Op) -> Option<()> {
        if op == self.launch || !self.ops.insert(op) {
            return Some(());
        }
        self.pending.extend(op.parent().map(Item::Op));
        if let Some(forwarded) = op.region_flow() {
            if op.regions().into_iter().flat_map(Region::blocks).any(|block| block.next().is_some()) {
                return None;
            }
            // What is forwarded nowhere decides where the op goes.
            let passed: FxHashSet<_> = forwarded.iter().map(|(owner, number, _)| (*owner, *number)).collect();
            for end in std::iter::once(op).chain(terminators(op)) {
                let deciding = (0..end.operand_count()).filter(|number| !passed.contains(&(end, *number)));
                self.pending.extend(deciding.map(|number| Item::Value(end.operand(number))));
            }
            self.forwarded.insert(op, forwarded);
            // Its own effects, such as those of a loop over buffers.
            return op.effects()?.is_empty().then_some(());
        }
        let used = op.walk().into_iter().flat_map(Op::operands).filter(|value| !op.encloses_value(*value));
        self.pending.extend(used.map(Item::Value));
        if self.rules.of(op).touches_no_memory() {
            return Some(());
        }
        if op.region_count() > 0 {
            return op.is_memory_effect_free().then_some(());
        }
        if let Some(buffer) = self.rules.of(op).reads_only(op) {
            return self.read(buffer);
        }
        for effect in op.effects()? {
            let buffer = effect.value.filter(|value| value.ty().is_memory())?;
            match effect.kind {
                EffectKind::Allocate => {}
                EffectKind::Read => self.read(buffer)?,
                EffectKind::Write if self.is_own(buffer) => self.keep_content(buffer)?,
                _ => return None,
            }
        }
        Some(())
    }

    fn read(&mut self, buffer: Value) -> Option<()> {
        match self.is_own(buffer) {
            true => self.keep_content(buffer),
            false => (!self.is_written(buffer)).then_some(()),
        }
    }

    /// Whether a buffer is memory of the workgroup or of the thread, and nothing else.
    fn is_own(&self, buffer: Value) -> bool {
        let origin = self.activity.class(buffer).and_then(|class| class.single_origin());
        matches!(origin, Some((_, Origin::Allocation(op))) if self.launch.encloses(op))
    }

    /// Keeps all that writes to a class of memory, and what keeps these writes apart from reads by other threads.
    fn keep_content(&mut self, buffer: Value) -> Option<()> {
        if !self.own.insert(self.activity.representative(buffer)) {
            return Some(());
        }
        for op in self.launch.walk().into_iter().filter(|op| *op != self.launch && !op.is_terminator()) {
            let rule = self.rules.of(op);
            let waits = rule.touches_no_memory() && op.result_count() == 0 && op.region_count() == 0;
            if waits || self.writes(op, buffer)? {
                self.pending.push(Item::Op(op));
            }
        }
        Some(())
    }

    /// Whether an op itself, not its regions, may write to a buffer, or frees it; `None`: nothing knows.
    fn writes(&self, op: Op, buffer: Value) -> Option<bool> {
        let rule = self.rules.of(op);
        if rule.touches_no_memory() || rule.reads_only(op).is_some() {
            return Some(false);
        }
        let same = |value: Value| {
            self.activity.representative(value) == self.activity.representative(buffer)
                || match (self.activity.class(value), self.activity.class(buffer)) {
                    (Some(one), Some(other)) => one.may_alias(other),
                    _ => true,
                }
        };
        let changes = |kind| matches!(kind, EffectKind::Write | EffectKind::Free);
        Some(op.effects()?.iter().any(|effect| changes(effect.kind) && effect.value.is_none_or(same)))
    }

    /// Whether an op in the launch may write to a buffer, or frees it.
    fn is_written(&mut self, buffer: Value) -> bool {
        let class = self.activity.representative(buffer);
        if let Some(known) = self.written.get(&class) {
            return *known;
        }
        let mut ops = self.launch.walk().into_iter().filter(|op| *op != self.launch);
        let written = ops.any(|op| self.writes(op, buffer).unwrap_or(true));
        self.written.insert(class, written);
        written
    }
}

fn terminators(op: Op) -> impl Iterator<Item = Op> {
    op.regions().into_iter().flat_map(Region::blocks).filter_map(Block::terminator)
}
