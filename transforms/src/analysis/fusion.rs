//! Whether the reverse of a kernel can follow the kernel itself, in one launch.
//!
//! Where nothing happens between a launch and its reverse that depends on the launch, both can be one: each thread runs
//! its part and then reverses it, and what it needs again stays in its registers. Between blocks nothing changes: the
//! first half touches primals, the second half shadows, and what both read nothing writes. A launch qualifies if
//!
//! 1. it stands in the function's own block, and its rule says that there is room for the memory of both halves;
//! 2. all that stands after it touches no memory, allocates or releases a buffer, or moves numbers: these moves wait
//!    until the kernel has run, while their reverse, which needs nothing of theirs, is over by then;
//! 3. the release of what it and these moves touch can wait until the end;
//! 4. something in it would be cached that need not be then: that of which a thread has one, or that is read from memory
//!    of the workgroup or of the thread which nothing overwrites after the read. What else varies with loops lies in
//!    arrays either way.

use crate::analysis::{
    activity::Activity, locality::is_parallel, memory::Origin, overwrite::Overwrites, semantics::Meanings,
};
use autodiff_dialect::ir::{Block, Effect, EffectKind, Op, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// A launch that is fused with its reverse.
pub struct Fusion {
    /// The body of the kernel.
    pub body: Block,
    /// Ops after the launch that wait until it has run, because they move numbers, or compute with them.
    pub waiting: FxHashSet<Op>,
    /// Classes of memory whose release must wait.
    pub kept: FxHashSet<Value>,
    /// The place of each op of the body.
    places: FxHashMap<Op, usize>,
    /// By class of memory that the kernel has for itself: the place of the last op in the body that may write to it.
    written: FxHashMap<Value, usize>,
    /// Loops in the body whose iterations the reverse runs again.
    pub loops: Vec<Again>,
}

/// A loop in a kernel that is run again, iteration by iteration.
pub struct Again {
    pub body: Block,
    places: FxHashMap<Op, usize>,
    /// By class of memory that each iteration overwrites first: the place of the last op in the iteration that may write.
    written: FxHashMap<Value, usize>,
}

impl Fusion {
    /// Looks for the launch at the end of a function. `cached`: the values that would be cached otherwise, and whether a
    /// thread has one only.
    pub fn find(
        entry: Block,
        rules: &dyn Meanings,
        activity: &Activity,
        overwrites: &Overwrites,
        width: usize,
        cached: impl Iterator<Item = (Value, bool)>,
    ) -> Option<Self> {
        let leaves_memory = |op: &Op| {
            op.is_terminator()
                || op.is_memory_effect_free()
                || (op.region_count() == 0 && rules.of(*op).touches_no_memory())
                || rules.of(*op).can_wait(*op)
        };
        let allocates = |op: &Op| {
            let only = |effects: Vec<Effect>| effects.iter().all(|effect| effect.kind == EffectKind::Allocate);
            op.region_count() == 0 && op.effects().is_some_and(only)
        };
        // What moves buffers moves their shadows at the same time.
        let moves_numbers = |op: &Op| {
            rules.of(*op).only_moves() && !op.operands().into_iter().any(|operand| operand.ty().holds_buffers())
        };
        let ops = entry.ops();
        let place = ops.iter().rposition(|op| !leaves_memory(op) && !allocates(op) && !moves_numbers(op))?;
        let op = ops[place];
        let body = op.body(0).filter(|_| rules.of(op).has_room_for_both(op, activity, width))?;
        let waiting = waiting(&ops[place + 1..], rules, activity)?;
        let mut kept = FxHashSet::default();
        let touched = op.walk().into_iter().chain(waiting.iter().copied());
        for buffer in touched.flat_map(Op::operands).filter(|value| value.ty().is_memory()) {
            let class = activity.representative(buffer);
            if kept.insert(class) && !overwrites.is_kept(class, activity) {
                return None;
            }
        }
        let (places, written) = (FxHashMap::default(), FxHashMap::default());
        let mut this = Self { body, waiting, kept, places, written, loops: vec![] };
        this.note_writes(op, rules, activity);
        let cached: Vec<_> = cached.filter(|(value, _)| op.encloses_value(*value)).collect();
        // Loops in which loops save something.
        let saves = |outer: Op| {
            let between = |value: Value| {
                let around = value.block().ancestors();
                around.take_while(|inner| *inner != outer).any(|inner| !rules.of(inner).runs_once(inner))
            };
            cached.iter().any(|(value, _)| outer.encloses_value(*value) && between(*value))
        };
        let loops = body.ops().into_iter().filter(|inner| saves(*inner));
        this.loops = loops.filter_map(|inner| this.again(op, inner, rules, activity, overwrites)).collect();
        let stays = |value: Value| {
            let load = value.defining_op();
            load.is_some_and(|load| {
                rules.of(load).reads_only(load).is_some_and(|from| this.stays(load, from, activity))
            })
        };
        (!this.loops.is_empty() || cached.iter().any(|(value, single)| *single || stays(*value))).then_some(this)
    }

    /// Collects the memory that the kernel has for itself, and where it is written.
    fn note_writes(&mut self, launch: Op, rules: &dyn Meanings, activity: &Activity) {
        for (value, class) in activity.classes().iter() {
            let own = |op: Op| op == launch || op.block() == Some(self.body);
            if matches!(class.single_origin(), Some((_, Origin::Allocation(op))) if own(op)) {
                self.written.insert(value, 0);
            }
        }
        for (index, top) in self.body.ops().into_iter().enumerate() {
            self.places.insert(top, index);
            for op in top.walk() {
                let all = || classes(op.operands(), activity);
                for class in touched(op, rules, activity).map_or_else(all, |(_, writes)| writes) {
                    self.written.entry(class).and_modify(|last| *last = index);
                }
            }
        }
    }

    /// A loop of the body whose iterations give the same when they are run again after the kernel: all threads run it,
    /// what it reads stays as it is, or each iteration overwrites it first, and it writes nothing else.
    fn again(
        &self,
        launch: Op,
        op: Op,
        rules: &dyn Meanings,
        activity: &Activity,
        overwrites: &Overwrites,
    ) -> Option<Again> {
        let body = rules.of(op).iteration(op).filter(|_| !is_parallel(op))?;
        // The bounds are the same for all threads, and what is carried are numbers.
        let carried = body.arguments().len() - 1;
        let bounds = op.operand_count().checked_sub(carried)?;
        let outside =
            |value: &Value| !launch.encloses_value(*value) || value.defining_op().is_some_and(Op::is_constant);
        if !op.operands()[..bounds].iter().all(outside) || body.arguments().iter().any(|value| value.ty().is_memory()) {
            return None;
        }
        let mut this = Again { body, places: FxHashMap::default(), written: FxHashMap::default() };
        let mut read = FxHashSet::default();
        for (index, top) in body.ops().into_iter().enumerate() {
            this.places.insert(top, index);
            for inner in top.walk() {
                // Nothing else may happen twice.
                let (reads, writes) = touched(inner, rules, activity)?;
                read.extend(reads);
                this.written.extend(writes.into_iter().map(|class| (class, index)));
            }
        }
        let place = *self.places.get(&op)?;
        for class in this.written.keys() {
            self.written.get(class)?;
            let (buffer, _) = activity.classes().get(*class)?.single_origin()?;
            // The buffer itself is what is touched, not a view of it.
            let views = op.walk().into_iter().flat_map(Op::operands);
            let mut members = views.filter(|value| value.ty().is_memory() && activity.representative(*value) == *class);
            if members.any(|value| value != buffer) {
                return None;
            }
            rules.of(launch).fills_together(launch, body, buffer)?;
        }
        for class in read.into_iter().filter(|class| !this.written.contains_key(class)) {
            let stays = match self.written.get(&class) {
                Some(last) => *last < place,
                None => overwrites.is_final(launch, class) && overwrites.is_kept(class, activity),
            };
            if !stays {
                return None;
            }
        }
        Some(this)
    }

    /// Whether a read by an op in the kernel gives the same again when the kernel has run, because the memory is the kernel's
    /// own and nothing writes to it beside or after the read.
    pub fn stays(&self, op: Op, buffer: Value, activity: &Activity) -> bool {
        let class = activity.representative(buffer);
        if let Some(again) =
            self.loops.iter().find(|again| again.body.encloses(op) && again.written.contains_key(&class))
        {
            let mut around = op.self_and_ancestors();
            let place = around.find_map(|op| again.places.get(&op));
            return matches!((place, again.written.get(&class)), (Some(place), Some(last)) if place > last);
        }
        let mut around = op.self_and_ancestors();
        let place = around.find_map(|op| self.places.get(&op));
        let written = self.written.get(&activity.representative(buffer));
        matches!((place, written), (Some(place), Some(last)) if place > last)
    }
}

fn classes(values: Vec<Value>, activity: &Activity) -> Vec<Value> {
    values.into_iter().filter(|value| value.ty().is_memory()).map(|value| activity.representative(value)).collect()
}

/// The ops after a launch that wait until it has run; `None` if something that cannot wait depends on one of them: an
/// op that does anything else, or the reverse of an op, which goes before the launch.
fn waiting(behind: &[Op], rules: &dyn Meanings, activity: &Activity) -> Option<FxHashSet<Op>> {
    let mut waiting = FxHashSet::default();
    for op in behind.iter().filter(|op| !op.is_terminator()) {
        let rule = rules.of(*op);
        let waits = |value: &Value| value.defining_op().is_some_and(|from| waiting.contains(&from));
        if rule.has_reverse(*op, activity) && rule.needed(*op, activity).iter().any(waits) {
            return None;
        }
        let inner = op.walk().into_iter().flat_map(Op::operands).any(|operand| waits(&operand));
        if inner || rule.only_moves() {
            let computes = op.region_count() == 0 && op.is_pure();
            let gives_memory = op.results().iter().any(|result| result.ty().is_memory());
            if gives_memory || !(computes || rule.only_moves()) {
                return None;
            }
            waiting.insert(*op);
        }
    }
    Some(waiting)
}

/// The classes of memory that an op itself, not its regions, may read, and those that it may write to or free; `None`: it
/// does something else.
fn touched(op: Op, rules: &dyn Meanings, activity: &Activity) -> Option<(Vec<Value>, Vec<Value>)> {
    if rules.of(op).touches_no_memory() {
        return Some((vec![], vec![]));
    }
    if op.region_count() > 0 {
        // Such as an atomic update by a body, or a loop that carries buffers.
        let none = op.operands().into_iter().all(|operand| !operand.ty().is_memory());
        return none.then_some((vec![], vec![]));
    }
    let (mut reads, mut writes) = (vec![], vec![]);
    for effect in op.effects()? {
        let value = effect.value.filter(|value| value.ty().is_memory())?;
        if effect.kind == EffectKind::Read { &mut reads } else { &mut writes }.push(value);
    }
    Some((classes(reads, activity), classes(writes, activity)))
}
