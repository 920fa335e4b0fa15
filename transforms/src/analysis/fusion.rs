//! Whether the reverse of a kernel can follow the kernel itself, in one launch.
//!
//! Where nothing happens between a launch and its reverse that depends on the launch, both can be one: each thread runs
//! its part and then reverses it, and what it needs again stays in its registers. Between blocks nothing changes: the
//! first half touches primals, the second half shadows, and what both read nobody writes. A launch qualifies if
//!
//! 1. it stands in the function's own block, and its rule says that there is room for the memory of both halves;
//! 2. all that stands behind it touches no memory, or releases a buffer;
//! 3. the release of what it touches can wait until the end;
//! 4. something in it would be cached of which a thread has one: what varies with loops lies in arrays either way.

use crate::{
    analysis::{activity::Activity, overwrite::Overwrites},
    rules::Registry,
};
use autodiff_dialect::ir::{Block, EffectKind, Op, Value};
use rustc_hash::FxHashSet;

/// A launch that is fused with its reverse.
pub struct Fusion {
    /// The body of the kernel.
    pub body: Block,
    /// Classes of memory whose release must wait.
    pub kept: FxHashSet<Value>,
}

impl Fusion {
    /// Looks for the launch at the end of a function. `cached`: the values that would be cached otherwise
    /// and of which a thread has one.
    pub fn find(
        entry: Block,
        rules: &Registry,
        activity: &Activity,
        overwrites: &Overwrites,
        width: usize,
        mut cached: impl Iterator<Item = Value>,
    ) -> Option<Self> {
        let leaves_memory = |op: &Op| {
            op.is_terminator()
                || op.is_memory_effect_free()
                || (op.region_count() == 0 && rules.get(*op).touches_no_memory())
                || releases_only(*op)
        };
        let op = entry.ops().into_iter().rev().find(|op| !leaves_memory(op))?;
        let body = op.body(0).filter(|_| rules.get(op).has_room_for_both(op, activity, width))?;
        if !cached.any(|value| op.encloses_value(value)) {
            return None;
        }
        let mut kept = FxHashSet::default();
        for buffer in op.walk().into_iter().flat_map(Op::operands).filter(|value| value.ty().is_memory()) {
            let class = activity.representative(buffer);
            if kept.insert(class) && !overwrites.is_kept(class, activity) {
                return None;
            }
        }
        Some(Self { body, kept })
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
