//! The cache plan: which primal values the reverse sweep saves, and which it computes again.
//!
//! A minimum cut. Every needed value that the reverse sweep cannot see is either cached (cost: its bytes, once per
//! trip) or recomputed (cost: its op, and then its operands are needed in turn). With one node pair per value, in to
//! out, the capacity of the pair is the cost of caching, an edge from out to the sink the cost of recomputing, and
//! endless edges lead to the operands. An op with several results has a node of its own, because it is computed again
//! once for all of them.
//!
//! 1. Collect the values that can be recomputed, from the needed ones backwards.
//! 2. Find a minimum cut (Dinic's algorithm).
//! 3. Read the plan off the cut: cached is what is reachable on its in-node only.

pub use crate::analysis::cost::bytes;

use crate::analysis::cost;
use autodiff_dialect::ir::{Op, Value};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// How a value that the reverse sweep needs gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Saved by the forward sweep.
    Cache,
    /// Computed again from other values.
    Recompute,
}

/// What the plan must know of a function.
pub trait Slice {
    /// Whether the reverse sweep sees the value anyway.
    fn is_free(&self, value: Value) -> bool;
    /// The op that gives the value again in the reverse sweep, if it may be repeated there.
    fn recomputable(&self, value: Value) -> Option<Op>;
    /// The values that an op is computed from; those that its regions use from outside, too.
    fn inputs(&self, op: Op) -> Vec<Value> {
        op.operands()
    }
    /// The number of loops around the value.
    fn depth(&self, value: Value) -> u32;
    /// How many times as much as usual a cache of the value costs.
    fn cache_cost(&self, _value: Value) -> u64 {
        1
    }
    /// The number of loops that a cache of the value needs slots for.
    fn slots(&self, value: Value) -> u32 {
        self.depth(value)
    }
    /// Whether the cache of the value is a cell of its own, not an element of something in memory.
    fn is_cell(&self, value: Value) -> bool {
        self.slots(value) == 0
    }
}

/// The plan of one function.
#[derive(Default)]
pub struct CachePlan {
    decisions: FxHashMap<Value, Decision>,
}

const ENDLESS: u64 = u64::MAX / 4;

/// How often a loop is taken to run; trip counts are mostly known at run time only.
const TRIPS: u64 = 16;
/// Loops deeper than this weigh no more.
const DEEPEST: u32 = 8;

/// How often something in so many loops runs.
fn weight(loops: u32) -> u64 {
    TRIPS.pow(loops.min(DEEPEST))
}

impl CachePlan {
    /// Plans for a set of needed values.
    pub fn new(needed: &[Value], slice: &dyn Slice) -> Self {
        let mut network = Network::default();
        let mut index = FxHashMap::<Value, usize>::default();
        let mut order = vec![];
        let mut pending: Vec<Value> = vec![];
        for value in needed {
            if !slice.is_free(*value) && !index.contains_key(value) {
                index.insert(*value, order.len());
                order.push(*value);
                pending.push(*value);
            }
        }
        let seeds = order.len();
        let mut operands = vec![];
        // Ops with several results, with one of them.
        let mut shared = FxHashMap::<Op, (usize, Value)>::default();
        while let Some(value) = pending.pop() {
            let Some(op) = slice.recomputable(value) else { continue };
            if op.result_count() > 1 {
                let number = shared.len();
                if *shared.entry(op).or_insert((number, value)) != (number, value) {
                    continue;
                }
            }
            for operand in slice.inputs(op) {
                if slice.is_free(operand) {
                    continue;
                }
                let next = *index.entry(operand).or_insert_with(|| {
                    order.push(operand);
                    pending.push(operand);
                    order.len() - 1
                });
                operands.push((value, op, next));
            }
        }
        let (source, sink) = (2 * order.len(), 2 * order.len() + 1);
        network.resize(sink + 1 + shared.len());
        let node = |op: Op| shared.get(&op).map(|(number, _)| sink + 1 + number);
        for (number, value) in order.iter().enumerate() {
            let trips = weight(slice.depth(*value));
            let keep = match slice.is_cell(*value) {
                // Registers hold these. A load is as cheap.
                true => trips * (READ * bytes(value.ty()) + 1),
                false => {
                    slice.cache_cost(*value) * (weight(slice.slots(*value)) * WRITE + trips * READ) * bytes(value.ty())
                }
            };
            network.edge(2 * number, 2 * number + 1, keep);
            match slice.recomputable(*value) {
                Some(op) => match node(op) {
                    Some(node) => network.edge(2 * number + 1, node, ENDLESS),
                    None => network.edge(2 * number + 1, sink, trips * cost::of(op)),
                },
                None => network.edge(2 * number + 1, sink, ENDLESS),
            }
            if number < seeds {
                network.edge(source, 2 * number, ENDLESS);
            }
        }
        for (op, (number, result)) in &shared {
            network.edge(sink + 1 + number, sink, weight(slice.depth(*result)) * cost::of(*op));
        }
        for (user, op, operand) in operands {
            network.edge(node(op).unwrap_or(2 * index[&user] + 1), 2 * operand, ENDLESS);
        }
        let reached = network.minimum_cut(source, sink);
        let decisions = order
            .into_iter()
            .enumerate()
            .filter(|(number, _)| reached[2 * number])
            .map(|(number, value)| (value, if reached[2 * number + 1] { Decision::Recompute } else { Decision::Cache }))
            .collect();
        Self { decisions }
    }

    /// What is planned for a value; nothing for one that was not needed.
    pub fn decision(&self, value: Value) -> Option<Decision> {
        self.decisions.get(&value).copied()
    }

    /// The values that are saved, in no particular order.
    pub fn cached(&self) -> impl Iterator<Item = Value> {
        self.decisions.iter().filter(|(_, decision)| **decision == Decision::Cache).map(|(value, _)| *value)
    }
}

/// What a byte of a slot costs, to have it and to write it.
const WRITE: u64 = 6;
/// What it costs to read a byte back, at each trip.
const READ: u64 = 2;

/// A flow network with Dinic's algorithm.
#[derive(Default)]
struct Network {
    first: Vec<Vec<usize>>,
    target: Vec<usize>,
    capacity: Vec<u64>,
}

impl Network {
    fn resize(&mut self, nodes: usize) {
        self.first.resize(nodes, vec![]);
    }

    fn edge(&mut self, from: usize, to: usize, capacity: u64) {
        for (from, to, capacity) in [(from, to, capacity), (to, from, 0)] {
            self.first[from].push(self.target.len());
            self.target.push(to);
            self.capacity.push(capacity);
        }
    }

    fn levels(&self, source: usize) -> Vec<usize> {
        let mut level = vec![usize::MAX; self.first.len()];
        level[source] = 0;
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for edge in &self.first[node] {
                let next = self.target[*edge];
                if self.capacity[*edge] > 0 && level[next] == usize::MAX {
                    level[next] = level[node] + 1;
                    queue.push_back(next);
                }
            }
        }
        level
    }

    /// Which nodes the source still reaches when the flow is maximal.
    fn minimum_cut(&mut self, source: usize, sink: usize) -> Vec<bool> {
        loop {
            let level = self.levels(source);
            if level[sink] == usize::MAX {
                return level.into_iter().map(|level| level != usize::MAX).collect();
            }
            let mut next = vec![0; self.first.len()];
            while self.augment(source, sink, &level, &mut next) {}
        }
    }

    /// Pushes flow along one shortest path, without recursion: paths are as long as the primal's chains.
    fn augment(&mut self, source: usize, sink: usize, level: &[usize], next: &mut [usize]) -> bool {
        let mut path: Vec<usize> = vec![];
        let mut node = source;
        while node != sink {
            match self.first[node].get(next[node]).copied() {
                Some(edge) => {
                    let target = self.target[edge];
                    if self.capacity[edge] > 0 && level[target] == level[node] + 1 {
                        path.push(edge);
                        node = target;
                    } else {
                        next[node] += 1;
                    }
                }
                None => match path.pop() {
                    Some(edge) => {
                        node = self.target[edge ^ 1];
                        next[node] += 1;
                    }
                    None => return false,
                },
            }
        }
        let flow = path.iter().map(|edge| self.capacity[*edge]).min().unwrap_or(0);
        for edge in path {
            self.capacity[edge] -= flow;
            self.capacity[edge ^ 1] += flow;
        }
        flow > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_where_it_is_cheapest() {
        // Two needed values computed from one: caching the one costs 8, the two 16.
        let mut network = Network::default();
        network.resize(8);
        let (source, sink) = (6, 7);
        for value in 0..3 {
            network.edge(2 * value, 2 * value + 1, 8);
        }
        network.edge(source, 0, ENDLESS);
        network.edge(source, 2, ENDLESS);
        network.edge(1, 4, ENDLESS);
        network.edge(3, 4, ENDLESS);
        network.edge(1, sink, 1);
        network.edge(3, sink, 1);
        network.edge(5, sink, ENDLESS);
        let reached = network.minimum_cut(source, sink);
        assert_eq!(reached, [true, true, true, true, true, false, true, false]);
    }
}
