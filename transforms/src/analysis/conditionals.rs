//! Conditionals that can be computed again as a whole: ops that run one of their regions at most once, in which nothing
//! but computation and reads happens.

use crate::analysis::semantics::Meanings;
use autodiff_dialect::ir::{Block, Op, Region, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a conditional that may be repeated depends on.
#[derive(Clone, Default)]
pub struct Conditional {
    /// Its operands, and the values that its regions use from outside.
    pub inputs: Vec<Value>,
    /// The reads in its regions, each with its buffer.
    pub reads: Vec<(Op, Value)>,
}

/// The conditionals of one function that may be repeated, if what they read stays as it is.
#[derive(Default)]
pub struct Conditionals {
    known: FxHashMap<Op, Conditional>,
}

impl Conditionals {
    /// Collects them bottom-up.
    ///
    /// # Cost
    /// Linear in the IR, times the depth at which values from outside are used and memory is read.
    pub fn new(function: Op, rules: &dyn Meanings) -> Self {
        let mut this = Self::default();
        for op in function.walk().into_iter().rev() {
            if op != function && op.region_count() > 0 && rules.of(op).runs_once(op) {
                let conditional = this.conditional(op, rules);
                this.known.extend(conditional.map(|conditional| (op, conditional)));
            }
        }
        this
    }

    fn conditional(&self, op: Op, rules: &dyn Meanings) -> Option<Conditional> {
        let blocks: Vec<Block> = op.regions().into_iter().flat_map(Region::blocks).collect();
        if op.regions().into_iter().any(|region| region.blocks().len() > 1) {
            return None;
        }
        let mut inputs = op.operands();
        let mut reads = vec![];
        for inner in blocks.iter().flat_map(|block| block.ops()) {
            if inner.region_count() > 0 {
                // Loops are too expensive.
                let nested = self.known.get(&inner)?;
                inputs.extend(nested.inputs.iter().copied());
                reads.extend(nested.reads.iter().copied());
                continue;
            }
            match rules.of(inner).reads_only(inner) {
                Some(buffer) => reads.push((inner, buffer)),
                None if inner.is_terminator() || inner.is_memory_effect_free() => {}
                None => return None,
            }
            inputs.extend(inner.operands());
        }
        let mut seen = FxHashSet::default();
        inputs.retain(|value| !blocks.contains(&value.block()) && seen.insert(*value));
        Some(Conditional { inputs, reads })
    }

    /// What an op depends on, if it is a conditional that may be repeated.
    pub fn get(&self, op: Op) -> Option<&Conditional> {
        self.known.get(&op)
    }
}
