use crate::emit::remapped;
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
