//! The buffers of one function, where only memory matters: which may be the same, and where they come from.

use crate::analysis::{
    flow::Flow,
    memory::{Aliases, Class, Classes, Origin},
    semantics::Meanings,
};
use autodiff_dialect::{
    ir::{Block, EffectKind, Op, Value},
    views::memref,
};

/// The alias classes of one function.
pub struct Buffers {
    aliases: Aliases,
    classes: Classes,
}

impl Buffers {
    /// Analyses a function body; linear in its size.
    pub fn new(function: Op, rules: &dyn Meanings) -> Self {
        Self::of(function, &function.walk(), rules)
    }

    /// As [`Self::new`], for a function whose ops are listed already, itself first.
    pub fn of(function: Op, ops: &[Op], rules: &dyn Meanings) -> Self {
        let mut flow = Flow::of_buffers(rules);
        flow.body(function, ops);
        Self::from(flow.into_aliases())
    }

    /// For each result of a function: the positions of the arguments that it may be, if it is one of them or what the
    /// function itself has allocated; `None`: it may be something else.
    pub(super) fn returned(&self, function: Op) -> Vec<Option<Vec<usize>>> {
        let end = function.body(0).and_then(Block::terminator);
        let results = end.map(Op::operands).unwrap_or_default();
        results.into_iter().map(|result| self.arguments_behind(result, function)).collect()
    }

    fn arguments_behind(&self, result: Value, function: Op) -> Option<Vec<usize>> {
        let class = self.class(result).filter(|class| !class.origins.is_empty())?;
        let mut arguments = vec![];
        for (value, origin) in &class.origins {
            match origin {
                Origin::Argument { .. } => arguments.push(value.argument_number()?),
                // The stack of the function is gone.
                Origin::Allocation(op) if !op.is::<memref::Alloca>() && function.encloses(*op) => {}
                Origin::Returned => {}
                _ => return None,
            }
        }
        Some(arguments)
    }

    /// The value that stands for the alias class of a buffer.
    pub fn representative(&self, buffer: Value) -> Value {
        self.aliases.representative(buffer)
    }

    /// The value that stands for the numbers that are in a buffer, or in the buffers that it holds.
    pub fn content(&self, value: Value) -> Value {
        self.aliases.content(value)
    }

    /// Whether there is a class of the buffers that a buffer holds.
    pub fn has_class_behind(&self, buffer: Value) -> bool {
        self.aliases.has_class_behind(buffer)
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
    fn from(mut aliases: Aliases) -> Self {
        let classes = aliases.classes();
        Self { aliases, classes }
    }
}

/// Adds the buffers that a function is given.
pub(super) fn arguments(function: Op, flow: &mut Flow) {
    let entry = function.body(0).map(|entry| entry.arguments()).unwrap_or_default();
    for (index, argument) in entry.into_iter().enumerate().filter(|(_, argument)| argument.ty().is_memory()) {
        let noalias = function.argument_attribute(index, "llvm.noalias").is_some();
        flow.origin(argument, Origin::Argument { noalias });
    }
}

/// Adds what an op does.
pub(super) fn collect(op: Op, rules: &dyn Meanings, flow: &mut Flow) {
    rules.of(op).flow(op, flow);
    for effect in op.effects().unwrap_or_default() {
        if let (EffectKind::Allocate, Some(value)) = (effect.kind, effect.value)
            && value.defining_op() == Some(op)
        {
            flow.origin(value, Origin::Allocation(op));
        }
    }
}
