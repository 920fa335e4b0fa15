//! Activity: which values and buffers carry a derivative from an active input to an active output.

use crate::analysis::{
    buffers::{self, Buffers, collect},
    flow::{Direction, Flow, FlowGraph},
    memory::{Class, Classes},
    semantics::Meanings,
};
use autodiff_dialect::{
    ir::{Block, EffectKind, Op, Value},
    views::memref,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Activity of one function for one request.
pub struct Activity {
    graph: FlowGraph,
    buffers: Buffers,
    varied: Vec<bool>,
    useful: Vec<bool>,
    /// Buffers whose shadow the caller sees: it must be right even where nothing flows through.
    visible: FxHashSet<Value>,
    /// Of the ops of the function's own block; 0 is before the first.
    positions: FxHashMap<Op, usize>,
}

/// Why a value is active or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// It depends on a differentiated input.
    pub varied: bool,
    /// A differentiated output depends on it.
    pub useful: bool,
}

/// The inputs and outputs of a function that are differentiated.
#[derive(Default)]
pub struct Seeds {
    /// Values and buffers that vary.
    pub varied: Vec<Value>,
    /// Values and buffers whose derivative is wanted.
    pub useful: Vec<Value>,
}

impl Activity {
    /// Analyses a function body; linear in its size.
    pub fn new(function: Op, rules: &dyn Meanings, seeds: &Seeds) -> Self {
        let mut flow = Flow::new(rules);
        buffers::arguments(function, &mut flow);
        seeds.varied.iter().for_each(|value| flow.mention(*value));
        let tops = function.body(0).map(Block::ops).unwrap_or_default();
        let mut writers = FxHashMap::default();
        let positions = tops.iter().enumerate().map(|(position, top)| (*top, position + 1)).collect();
        for (position, top) in tops.iter().enumerate() {
            // Position 0 is before the first op.
            flow.at(position + 1);
            if let Some((buffer, writer)) = rules.of(*top).overwrites(*top) {
                flow.overwrite(buffer);
                writers.insert(position + 1, writer);
            }
            for op in top.walk() {
                collect(op, rules, &mut flow);
            }
        }
        if tops.is_empty() {
            function.walk().into_iter().skip(1).for_each(|op| collect(op, rules, &mut flow));
        }
        let shared = flow.shared();
        let varied: Vec<_> = seeds.varied.iter().chain(&shared).copied().collect();
        let useful: Vec<_> = seeds.useful.iter().chain(&shared).copied().collect();
        flow.at(0);
        shared.iter().for_each(|global| flow.mention(*global));
        flow.at(usize::MAX);
        useful.iter().for_each(|value| flow.mention(*value));
        let (graph, buffers) = flow.finish(|is_same, position| {
            let Some(writer) = writers.get(&position) else { return false };
            let uses = |op: &Op| op.operands().into_iter().filter(|value| is_same(*value)).count();
            let others = tops[position - 1].walk();
            uses(writer) == 1 && others.iter().all(|op| op == writer || op.is::<memref::Dim>() || uses(op) == 0)
        });
        let nodes = |values: &[Value], position: usize| -> Vec<usize> {
            values.iter().filter_map(|value| graph.node(buffers.content(*value), position)).collect()
        };
        let visible = varied
            .iter()
            .filter(|value| value.ty().is_memory() && useful.contains(value))
            .map(|value| buffers.content(*value))
            .collect();
        let varied = graph.reachable(nodes(&varied, 0), Direction::Along);
        let useful = graph.reachable(nodes(&useful, usize::MAX), Direction::Against);
        Self { graph, buffers, varied, useful, visible, positions }
    }

    /// Whether a value, or the content of a buffer, carries a derivative.
    pub fn is_active(&self, value: Value) -> bool {
        if !value.ty().is_differentiable() {
            return false;
        }
        let content = self.buffers.content(value);
        let mut versions = self.graph.versions(content);
        self.visible.contains(&content) || versions.any(|node| self.varied[node] && self.useful[node])
    }

    /// Whether the cotangent of what a buffer holds behind an op that writes to it may differ from zero: not if all of it
    /// is overwritten before anything useful is computed from it.
    pub fn is_useful_behind(&self, op: Op, buffer: Value) -> bool {
        let content = self.buffers.content(buffer);
        !self.graph.has_versions(content)
            || self.visible.contains(&content)
            || self.graph.node(content, self.position(op)).is_none_or(|node| self.useful[node])
    }

    /// The position of the op of the function's own block that is or holds an op.
    fn position(&self, op: Op) -> usize {
        let ancestors = op.self_and_ancestors();
        ancestors.filter_map(|op| self.positions.get(&op)).next().copied().unwrap_or(usize::MAX)
    }

    /// What is known of a value, or of each version of a buffer's content in order; nothing if no derivative can reach
    /// it at all.
    pub fn states(&self, value: Value) -> Vec<State> {
        let versions = self.graph.versions(self.buffers.content(value));
        versions.map(|node| State { varied: self.varied[node], useful: self.useful[node] }).collect()
    }

    /// Whether the caller sees the shadow of a buffer, so that it is active even where nothing flows through.
    pub fn is_visible(&self, value: Value) -> bool {
        self.visible.contains(&self.buffers.content(value))
    }

    /// Whether a value carries a derivative, or integers do that are the bits of one.
    pub fn carries(&self, value: Value) -> bool {
        self.is_active(value)
            || self.graph.versions(self.buffers.content(value)).any(|node| self.varied[node] && self.useful[node])
    }

    /// The value that stands for the alias class of a buffer.
    pub fn representative(&self, buffer: Value) -> Value {
        self.buffers.representative(buffer)
    }

    /// The value that stands for the alias class of the buffers of numbers in, or behind, a buffer.
    pub fn content(&self, buffer: Value) -> Value {
        self.buffers.content(buffer)
    }

    /// Whether there is a class of the buffers that a buffer holds.
    pub fn has_class_behind(&self, buffer: Value) -> bool {
        self.buffers.has_class_behind(buffer)
    }

    /// The alias class of a buffer.
    pub fn class(&self, buffer: Value) -> Option<&Class> {
        self.buffers.class(buffer)
    }

    /// All alias classes.
    pub fn classes(&self) -> &Classes {
        self.buffers.classes()
    }

    /// Whether an op makes or moves a derivative: an active result, or a write to active memory.
    pub fn moves_derivative(&self, op: Op) -> bool {
        op.results().into_iter().any(|result| self.is_active(result))
            || op
                .operands()
                .into_iter()
                .any(|operand| operand.ty().is_memory() && self.is_active(operand) && writes(op, operand))
    }
}

/// Whether an op may write to the content of one of its operands.
pub fn writes(op: Op, buffer: Value) -> bool {
    match op.effects() {
        None => true,
        Some(effects) => effects
            .iter()
            .any(|effect| effect.kind == EffectKind::Write && effect.value.is_none_or(|value| value == buffer)),
    }
}
