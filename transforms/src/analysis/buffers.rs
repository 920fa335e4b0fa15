//! The buffers of one function, where only memory matters: which may be the same, and where they come from.

use crate::{
    analysis::{
        flow::Flow,
        memory::{Aliases, Class, Classes, Origin},
    },
    rules::Registry,
};
use autodiff_dialect::ir::{Attribute, EffectKind, Op, Value};

/// The alias classes of one function.
pub struct Buffers {
    aliases: Aliases,
    classes: Classes,
}

impl Buffers {
    /// Analyses a function body; linear in its size.
    pub fn new(function: Op, rules: &Registry) -> Self {
        Self::of(function, &function.walk(), rules)
    }

    /// As [`Self::new`], for a function whose ops are listed already, itself first.
    pub fn of(function: Op, ops: &[Op], rules: &Registry) -> Self {
        let mut flow = Flow::of_buffers();
        arguments(function, &mut flow);
        let is_buffer = |value: &Value| value.ty().is_memory();
        for op in ops.iter().copied().skip(1) {
            if op.region_count() > 0 || op.operands().iter().any(is_buffer) || op.results().iter().any(is_buffer) {
                collect(op, rules, &mut flow);
            }
        }
        Self::from(flow.into_aliases())
    }

    /// The value that stands for the alias class of a buffer.
    pub fn representative(&self, buffer: Value) -> Value {
        self.aliases.representative(buffer)
    }

    /// The alias class of a buffer.
    pub fn class(&self, buffer: Value) -> Option<&Class> {
        self.classes.get(self.aliases.representative(buffer))
    }

    /// All alias classes.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }
}

impl From<Aliases> for Buffers {
    fn from(aliases: Aliases) -> Self {
        let classes = aliases.classes();
        Self { aliases, classes }
    }
}

/// Adds the buffers that a function is given.
pub(super) fn arguments(function: Op, flow: &mut Flow) {
    let attributes = function.attribute("arg_attrs").and_then(Attribute::as_array).unwrap_or_default();
    let entry = function.body(0).map(|entry| entry.arguments()).unwrap_or_default();
    for (index, argument) in entry.into_iter().enumerate().filter(|(_, argument)| argument.ty().is_memory()) {
        let noalias = attributes.get(index).is_some_and(|attribute| attribute.to_string().contains("llvm.noalias"));
        flow.origin(argument, Origin::Argument { noalias });
    }
}

/// Adds what an op does.
pub(super) fn collect(op: Op, rules: &Registry, flow: &mut Flow) {
    rules.get(op).flow(op, flow);
    for effect in op.effects().unwrap_or_default() {
        if let (EffectKind::Allocate, Some(value)) = (effect.kind, effect.value)
            && value.defining_op() == Some(op)
        {
            flow.origin(value, Origin::Allocation(op));
        }
    }
}
