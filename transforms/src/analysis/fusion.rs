//! Whether the reverse of a kernel can follow the kernel itself, in one launch.
//!
//! Where nothing happens between a launch and its reverse that depends on the launch, both can be one: each thread runs
//! its part and then reverses it, and what it needs again stays in its registers. Between blocks nothing changes: the
//! first half touches primals, the second half shadows, and what both read nobody writes. A launch qualifies if
//!
//! 1. it stands in the function's own block, and its rule says that there is room for the memory of both halves;
//! 2. all that stands behind it touches no memory, or releases a buffer;
//! 3. the release of what it touches can wait until the end;
//! 4. something in it would be cached that need not be then: that of which a thread has one, or that is read from memory
//!    of the workgroup or of the thread which nothing overwrites behind the read. What else varies with loops lies in
//!    arrays either way.

use crate::{
    analysis::{activity::Activity, memory::Origin, overwrite::Overwrites},
    rules::Registry,
};
use autodiff_dialect::ir::{Block, EffectKind, Op, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// A launch that is fused with its reverse.
pub struct Fusion {
    /// The body of the kernel.
    pub body: Block,
    /// Classes of memory whose release must wait.
    pub kept: FxHashSet<Value>,
    /// The place of each op of the body.
    places: FxHashMap<Op, usize>,
    /// By class of memory that the kernel has for itself: the place of the last op in the body that may write to it.
    written: FxHashMap<Value, usize>,
}

impl Fusion {
    /// Looks for the launch at the end of a function. `cached`: the values that would be cached otherwise, and whether a
    /// thread has one only.
    pub fn find(
        entry: Block,
        rules: &Registry,
        activity: &Activity,
        overwrites: &Overwrites,
        width: usize,
        mut cached: impl Iterator<Item = (Value, bool)>,
    ) -> Option<Self> {
        let leaves_memory = |op: &Op| {
            op.is_terminator()
                || op.is_memory_effect_free()
                || (op.region_count() == 0 && rules.get(*op).touches_no_memory())
                || releases_only(*op)
        };
        let op = entry.ops().into_iter().rev().find(|op| !leaves_memory(op))?;
        let body = op.body(0).filter(|_| rules.get(op).has_room_for_both(op, activity, width))?;
        let mut kept = FxHashSet::default();
        for buffer in op.walk().into_iter().flat_map(Op::operands).filter(|value| value.ty().is_memory()) {
            let class = activity.representative(buffer);
            if kept.insert(class) && !overwrites.is_kept(class, activity) {
                return None;
            }
        }
        let mut this = Self { body, kept, places: FxHashMap::default(), written: FxHashMap::default() };
        this.note_writes(op, rules, activity);
        let stays = |value: Value| {
            let load = value.defining_op();
            load.is_some_and(|load| rules.get(load).reads_only(load).is_some_and(|from| this.stays(load, from, activity)))
        };
        cached.any(|(value, single)| op.encloses_value(value) && (single || stays(value))).then_some(this)
    }

    /// Collects the memory that the kernel has for itself, and where it is written.
    fn note_writes(&mut self, launch: Op, rules: &Registry, activity: &Activity) {
        for (value, class) in activity.classes().iter() {
            let own = |op: Op| op == launch || op.block() == Some(self.body);
            if matches!(class.single_origin(), Some((_, Origin::Allocation(op))) if own(op)) {
                self.written.insert(value, 0);
            }
        }
        for (index, top) in self.body.ops().into_iter().enumerate() {
            self.places.insert(top, index);
            for op in top.walk().into_iter().filter(|op| op.region_count() == 0) {
                let written: Vec<Value> = match op.effects() {
                    Some(effects) if effects.iter().all(|effect| effect.value.is_some()) => {
                        let writes = effects.into_iter().filter(|effect| effect.kind != EffectKind::Read);
                        writes.filter_map(|effect| effect.value).collect()
                    }
                    _ if rules.get(op).touches_no_memory() => vec![],
                    _ => op.operands(),
                };
                for value in written.into_iter().filter(|value| value.ty().is_memory()) {
                    self.written.entry(activity.representative(value)).and_modify(|last| *last = index);
                }
            }
        }
    }

    /// Whether a read by an op in the kernel gives the same again when the kernel has run, because the memory is the kernel's
    /// own and nothing writes to it beside or behind the read.
    pub fn stays(&self, op: Op, buffer: Value, activity: &Activity) -> bool {
        let mut around = std::iter::successors(Some(op), |op| op.parent());
        let place = around.find_map(|op| self.places.get(&op));
        let written = self.written.get(&activity.representative(buffer));
        matches!((place, written), (Some(place), Some(last)) if place > last)
    }
}

/// Whether an op does nothing but to free a buffer.
fn releases_only(op: Op) -> bool {
    op.region_count() == 0
        && op.result_count() == 0
        && op.effects().is_some_and(|effects| {
            effects.iter().all(|effect| effect.kind == EffectKind::Free && effect.value.is_some())
        })
}
