//! Which active values each op with regions uses from outside, and which ops the reverse sweep must visit.

use crate::analysis::{activity::Activity, semantics::Meanings};
use autodiff_dialect::ir::{Block, Op, Region, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Facts on the region structure of one function.
#[derive(Default)]
pub struct Captures {
    captured: FxHashMap<Op, Vec<Value>>,
    live: FxHashSet<Op>,
}

impl Captures {
    /// Collects the facts bottom-up.
    ///
    /// # Cost
    /// Linear in the IR, times the depth at which captured values are used.
    pub fn new(function: Op, activity: &Activity, rules: &dyn Meanings) -> Self {
        let mut captures = Self::default();
        let ops = function.walk();
        for op in ops.into_iter().rev() {
            if op.region_count() == 0 {
                if rules.of(op).has_reverse(op, activity) {
                    captures.live.insert(op);
                }
                continue;
            }
            let blocks: Vec<Block> = op.regions().into_iter().flat_map(Region::blocks).collect();
            let mut seen = FxHashSet::default();
            let mut values = vec![];
            let mut live = op.results().into_iter().any(|result| activity.is_active(result));
            for block in &blocks {
                live |= block.arguments().into_iter().any(|argument| activity.is_active(argument));
                for inner in block.ops() {
                    live |= captures.live.contains(&inner);
                    let nested = captures.captured.get(&inner).cloned().unwrap_or_default();
                    for value in inner.operands().into_iter().chain(nested) {
                        if !value.ty().is_memory()
                            && activity.is_active(value)
                            && !blocks.contains(&value.block())
                            && seen.insert(value)
                        {
                            values.push(value);
                        }
                    }
                }
            }
            if live {
                captures.live.insert(op);
            }
            captures.captured.insert(op, values);
        }
        captures
    }

    /// The active values that the regions of an op use and that are defined outside them, in order of first use.
    pub fn of(&self, op: Op) -> &[Value] {
        self.captured.get(&op).map_or(&[], Vec::as_slice)
    }

    /// Whether the reverse sweep must visit an op.
    pub fn is_live(&self, op: Op) -> bool {
        self.live.contains(&op)
    }
}
