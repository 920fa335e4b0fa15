//! Where derivatives may flow: a graph whose nodes are SSA values and the contents of buffers.
//!
//! Each op adds its edges through its rule ([`crate::rules::Rule::flow`]); activity is reachability in this graph.

use crate::analysis::memory::{Aliases, Origin};
use autodiff_dialect::ir::{Op, Value};
use rustc_hash::FxHashMap;

/// The flow graph of one function, while it is being collected.
#[derive(Default)]
pub struct Flow {
    edges: Vec<(Value, Value)>,
    aliases: Aliases,
}

impl Flow {
    /// `to` is, or is computed from, `from`. Two buffers become aliases; a pair that carries no derivative is ignored.
    pub fn forward(&mut self, from: Value, to: Value) {
        if from.ty().is_memory() && to.ty().is_memory() {
            self.aliases.unite(from, to);
        } else {
            self.content(from, to);
        }
    }

    /// A derivative flows from `from` to `to`, where a buffer stands for its content: loads, stores, copies.
    pub fn content(&mut self, from: Value, to: Value) {
        if from.ty().is_differentiable() && to.ty().is_differentiable() {
            self.edges.push((from, to));
        }
    }

    /// A derivative may flow from anything that the op reads to anything that it makes or writes.
    pub fn everything(&mut self, op: Op) {
        for from in op.operands() {
            for to in op.results().into_iter().chain(op.operands().into_iter().filter(|value| value.ty().is_memory())) {
                if from != to {
                    self.content(from, to);
                }
            }
        }
    }

    /// Where a buffer comes from.
    pub fn origin(&mut self, buffer: Value, origin: Origin) {
        self.aliases.add_origin(buffer, origin);
    }

    /// The edges and alias classes collected.
    pub fn finish(self) -> (FlowGraph, Aliases) {
        let mut graph = FlowGraph { nodes: FxHashMap::default(), successors: vec![], predecessors: vec![] };
        for (from, to) in &self.edges {
            let from = graph.add(self.aliases.representative(*from));
            let to = graph.add(self.aliases.representative(*to));
            if from != to {
                graph.successors[from].push(to);
                graph.predecessors[to].push(from);
            }
        }
        (graph, self.aliases)
    }
}

/// The flow graph; a class of aliases is one node.
pub struct FlowGraph {
    nodes: FxHashMap<Value, usize>,
    successors: Vec<Vec<usize>>,
    predecessors: Vec<Vec<usize>>,
}

impl FlowGraph {
    fn add(&mut self, representative: Value) -> usize {
        *self.nodes.entry(representative).or_insert_with(|| {
            self.successors.push(vec![]);
            self.predecessors.push(vec![]);
            self.successors.len() - 1
        })
    }

    /// The node of a value or of a class; its representative must be given.
    pub fn node(&self, representative: Value) -> Option<usize> {
        self.nodes.get(&representative).copied()
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.successors.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.successors.is_empty()
    }

    /// All nodes that can be reached from `seeds`, along or against the edges.
    pub fn reachable(&self, seeds: impl IntoIterator<Item = usize>, direction: Direction) -> Vec<bool> {
        let edges = match direction {
            Direction::Along => &self.successors,
            Direction::Against => &self.predecessors,
        };
        let mut seen = vec![false; self.len()];
        let mut pending: Vec<usize> = seeds.into_iter().collect();
        while let Some(node) = pending.pop() {
            if !std::mem::replace(&mut seen[node], true) {
                pending.extend(edges[node].iter().copied().filter(|next| !seen[*next]));
            }
        }
        seen
    }
}

/// A direction of travel in a [`FlowGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Along,
    Against,
}
