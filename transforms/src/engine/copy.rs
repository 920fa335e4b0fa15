use autodiff_dialect::ir::{Builder, Op, Value};
use rustc_hash::FxHashMap;

/// Copies ops of the primal into the new function and remembers which value became which.
#[derive(Default)]
pub struct Copier {
    map: FxHashMap<Value, Value>,
}

impl Copier {
    /// The counterpart of a primal value; the value itself if it has none.
    pub fn get(&self, value: Value) -> Value {
        self.map.get(&value).copied().unwrap_or(value)
    }

    /// Whether a primal value has a counterpart.
    pub fn contains(&self, value: Value) -> bool {
        self.map.contains_key(&value)
    }

    /// Makes `new` the counterpart of a primal value.
    pub fn set(&mut self, value: Value, new: Value) {
        self.map.insert(value, new);
    }

    /// Copies an op with its regions. The values in the regions get no counterparts.
    pub fn copy(&mut self, builder: &Builder, op: Op) -> Op {
        let copy = builder.insert(remapped(op, |value| self.get(value)));
        for (old, new) in op.results().into_iter().zip(copy.results()) {
            self.set(old, new);
        }
        copy
    }
}

/// A copy of an op outside any block, whose operands, those in its regions included, are replaced.
pub fn remapped(op: Op, map: impl Fn(Value) -> Value) -> Op {
    let copy = op.duplicate();
    let inner = if op.region_count() == 0 { vec![copy] } else { copy.walk() };
    for inner in inner {
        for index in 0..inner.operand_count() {
            let old = inner.operand(index);
            let new = map(old);
            if new != old {
                inner.set_operand(index, new);
            }
        }
    }
    copy
}
