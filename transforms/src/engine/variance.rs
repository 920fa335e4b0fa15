//! Which of the loops around a value it varies with. A cache needs no slots for the others: each of their iterations
//! saves the same.

use crate::{analysis::cache_plan::Slice, engine::Facts};
use autodiff_dialect::ir::{Block, Op, Value};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Loops by depth: bit 0 is the outermost one around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels(u64);

impl Levels {
    /// The outermost loops, so many.
    fn all(depth: u32) -> Self {
        Self(1_u64.checked_shl(depth).map_or(u64::MAX, |bit| bit - 1))
    }

    /// Whether the loop at a depth, counted from 0, is one of them.
    pub fn contains(self, depth: u32) -> bool {
        1_u64.checked_shl(depth).is_none_or(|bit| self.0 & bit != 0)
    }

    /// Whether there is another than the outermost loop.
    pub fn is_nested(self) -> bool {
        self.0 > 1
    }

    /// Whether there are only the outermost ones, up to a depth.
    pub fn is_within(self, depth: u32) -> bool {
        self.0 & !Self::all(depth).0 == 0
    }

    /// Their number.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// What is known already.
#[derive(Default)]
pub(super) struct Variance(RefCell<FxHashMap<Value, Levels>>);

impl Facts<'_> {
    /// The loops around a value that it varies with.
    ///
    /// # Cost
    /// Linear in the values that it is computed from, the first time.
    pub fn varies_with(&self, value: Value) -> Levels {
        let mut pending = vec![(value, false)];
        let mut known = self.variance.0.borrow_mut();
        while let Some((value, ready)) = pending.pop() {
            if known.contains_key(&value) {
                continue;
            }
            let Some(sources) = self.sources(value) else {
                known.insert(value, Levels::all(self.depth(value)));
                continue;
            };
            if !ready {
                pending.push((value, true));
                pending.extend(sources.into_iter().map(|source| (source, false)));
                continue;
            }
            let own = match value.argument_number() {
                // An induction variable.
                Some(_) if value.block() != self.entry => {
                    Levels::all(self.depth(value)).0 & !Levels::all(self.depth(value) - 1).0
                }
                _ => 0,
            };
            let levels = sources.iter().fold(own, |sum, source| {
                let unknown = Levels::all(self.depth(*source));
                sum | known.get(source).copied().unwrap_or(unknown).0
            });
            known.insert(value, Levels(levels));
        }
        known.get(&value).copied().unwrap_or(Levels::all(self.depth(value)))
    }

    /// The values that a value is a function of; `None`: nothing knows, it may vary with each iteration.
    fn sources(&self, value: Value) -> Option<Vec<Value>> {
        if value.block() == self.entry {
            return Some(vec![]);
        }
        if self.is_mirrored(value) && self.depth(value) > 0 {
            let bounds = value.block().parent_op().map(Op::operands).unwrap_or_default();
            return Some(bounds.into_iter().filter(|bound| bound.ty() == value.ty()).collect());
        }
        Some(self.inputs(self.recomputable(value)?))
    }

    /// The number of loops around the ops of a block.
    pub fn level(&self, block: Block) -> u32 {
        let parents = block.ancestors();
        let inside = parents.take_while(|op| *op != self.function);
        inside.filter(|op| !self.rules.get(*op).runs_once(*op)).count() as u32
    }
}
