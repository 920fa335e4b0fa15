//! Which calls are inlined before a function is differentiated: by size, so that what is differentiated stays linear in
//! the size of the source.
//!
//! 1. Count how often each symbol is named, and find the functions that kernels reach.
//! 2. Go through the functions that a root reaches, callees first (Tarjan's algorithm; what calls itself is one
//!    component).
//! 3. A call is inlined if its function has no other use, if it has to be, or if the caller with all that was inlined
//!    before stays small: small callees first.
//!
//! What is not inlined is differentiated by itself, once, and its derivative called.
//!
//! # Cost
//! Linear in the module, once; then linear in what a root reaches and no root before it did.

use autodiff_dialect::{
    ir::{Attribute, Op, Type},
    views::{func, gpu},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashMap;

/// How many ops a function may always grow to.
const SMALL: usize = 512;
/// How many times as large as its source a function may get.
const GROWTH: usize = 16;

/// How deep calls are inlined into each other: upstream's inliner takes a time that grows with the square of that.
const DEEPEST: usize = 64;

/// What is inlined, over one module.
pub struct Inlining {
    /// How often a symbol is named.
    references: FxHashMap<String, usize>,
    /// Functions that kernels reach.
    in_kernels: FxHashSet<String>,
    plans: FxHashMap<String, Plan>,
}

/// What is inlined into a function.
struct Plan {
    /// Ops, with those of what is inlined.
    size: usize,
    inlined: FxHashSet<String>,
    /// How deep what is inlined was called.
    depth: usize,
    /// Whether it reaches itself.
    is_recursive: bool,
    /// Whether it has values that no tape holds, so that it cannot be differentiated by itself.
    has_no_tape: bool,
}

/// A function on the way to its plan.
struct Node {
    name: String,
    size: usize,
    has_no_tape: bool,
    /// Callees in order, and how often they are called.
    calls: Vec<(String, usize)>,
    /// The next call to be looked at.
    next: usize,
    /// The first node that is reached and in no component yet.
    low: usize,
}

impl Inlining {
    /// Looks at a module.
    pub fn new(module: Op) -> Self {
        let mut this =
            Self { references: FxHashMap::default(), in_kernels: FxHashSet::default(), plans: FxHashMap::default() };
        let functions = module.regions().into_iter().filter_map(|region| region.first_block());
        let mut calls = FxHashMap::<String, Vec<String>>::default();
        let mut pending = vec![];
        for function in functions.flat_map(|block| block.ops()) {
            let ops = this.note(function);
            let has_launch = ops.iter().any(|op| op.name() == LAUNCH);
            let callees = ops.iter().filter_map(|op| Some((*op, callee(*op)?)));
            for (op, callee) in callees {
                if has_launch && is_in_launch(op) {
                    pending.push(callee);
                } else if let Some(name) = function.symbol_name() {
                    calls.entry(name).or_default().push(callee);
                }
            }
        }
        while let Some(name) = pending.pop() {
            if this.in_kernels.insert(name.clone()) {
                pending.extend(calls.remove(&name).unwrap_or_default());
            }
        }
        this
    }

    /// Counts what an op of the module names; gives all ops in it.
    pub fn note(&mut self, op: Op) -> Vec<Op> {
        let ops = op.walk();
        let named = ops.iter().flat_map(|op| op.attributes()).filter_map(|(_, attribute)| attribute.root_symbol());
        for name in named {
            *self.references.entry(name).or_default() += 1;
        }
        ops
    }

    /// Whether calls of a function in another are inlined. Asked after [`Self::plan`] for a root that reaches both.
    pub fn is_inlined(&self, caller: &str, callee: &str) -> bool {
        self.plans.get(caller).is_some_and(|plan| plan.inlined.contains(callee))
    }

    /// Plans for a function and all that it reaches.
    pub fn plan(&mut self, root: &str, symbols: &HashMap<String, Op>) {
        let mut numbers = FxHashMap::<String, usize>::default();
        let mut nodes: Vec<Node> = vec![];
        // Nodes from the root to the current one, and those whose component is not complete.
        let (mut path, mut open) = (vec![], vec![]);
        let mut entered = self.enter(root, symbols);
        loop {
            if let Some(mut node) = entered.take() {
                node.low = nodes.len();
                numbers.insert(node.name.clone(), nodes.len());
                path.push(nodes.len());
                open.push(nodes.len());
                nodes.push(node);
            }
            let Some(number) = path.last().copied() else { break };
            if let Some((callee, _)) = nodes[number].calls.get(nodes[number].next).cloned() {
                nodes[number].next += 1;
                match numbers.get(&callee) {
                    Some(other) if !self.plans.contains_key(&callee) => {
                        nodes[number].low = nodes[number].low.min(*other);
                    }
                    Some(_) => {}
                    None => entered = self.enter(&callee, symbols),
                }
                continue;
            }
            path.pop();
            if let Some(caller) = path.last().copied() {
                nodes[caller].low = nodes[caller].low.min(nodes[number].low);
            }
            if nodes[number].low == number {
                let first = open.iter().rposition(|other| *other == number).unwrap_or_default();
                let component = open.split_off(first);
                let calls_itself = nodes[number].calls.iter().any(|(callee, _)| *callee == nodes[number].name);
                let is_recursive = component.len() > 1 || calls_itself;
                for member in component.iter().map(|member| &nodes[*member]) {
                    let plan = Plan {
                        size: member.size,
                        inlined: FxHashSet::default(),
                        depth: 0,
                        is_recursive,
                        has_no_tape: member.has_no_tape,
                    };
                    self.plans.insert(member.name.clone(), plan);
                }
                for member in component {
                    self.decide(&nodes[member]);
                }
            }
        }
    }

    /// A function that is reached for the first time, if it can be inlined at all.
    fn enter(&self, name: &str, symbols: &HashMap<String, Op>) -> Option<Node> {
        let function = symbols.get(name).copied().filter(|op| !self.plans.contains_key(name) && op.is_function())?;
        let mut calls: Vec<(String, usize)> = vec![];
        let mut positions = FxHashMap::<String, usize>::default();
        let ops = function.walk();
        for callee in ops.iter().filter_map(|op| callee(*op)) {
            match positions.get(&callee) {
                Some(position) => calls[*position].1 += 1,
                None => {
                    positions.insert(callee.clone(), calls.len());
                    calls.push((callee, 1));
                }
            }
        }
        let ty = function.attribute("function_type").and_then(Attribute::as_type);
        let (inputs, results) = ty.and_then(Type::function_parts).unwrap_or_default();
        let mut types = ops.iter().flat_map(|op| op.results()).map(|value| value.ty()).chain(inputs).chain(results);
        Some(Node {
            name: name.to_owned(),
            size: ops.len(),
            has_no_tape: types.any(|ty| !is_held_by_tapes(ty)),
            calls,
            next: 0,
            low: 0,
        })
    }

    /// Decides what is inlined into a function. Its callees have their plans.
    fn decide(&mut self, node: &Node) {
        let plan = |name: &str| self.plans.get(name).filter(|plan| !plan.is_recursive);
        let mut candidates: Vec<_> = node
            .calls
            .iter()
            .filter_map(|(callee, count)| Some((callee, plan(callee)?, *count)))
            .map(|(callee, plan, count)| {
                let is_only_use = self.references.get(callee).is_none_or(|uses| *uses <= 1);
                let must = plan.has_no_tape || self.in_kernels.contains(callee);
                (must, !(is_only_use || must), plan.size * count, callee, plan)
            })
            .filter(|(must, .., plan)| *must || plan.depth < DEEPEST)
            .collect();
        candidates.sort_by_key(|(_, by_size, size, ..)| (*by_size, *size));
        let limit = SMALL.max(GROWTH * node.size);
        let (mut size, mut inlined, mut has_no_tape) = (node.size, FxHashSet::default(), node.has_no_tape);
        let mut depth = 0;
        for (_, by_size, more, callee, plan) in candidates {
            if !by_size || size + more <= limit {
                size += more;
                has_no_tape |= plan.has_no_tape;
                depth = depth.max(plan.depth + 1);
                inlined.insert(callee.clone());
            }
        }
        if let Some(plan) = self.plans.get_mut(&node.name) {
            *plan = Plan { size, inlined, depth, has_no_tape, ..*plan };
        }
    }
}

const LAUNCH: &str = gpu::Launch::NAME;

fn callee(op: Op) -> Option<String> {
    if op.is::<func::Call>() { op.attribute("callee")?.as_symbol() } else { None }
}

fn is_in_launch(op: Op) -> bool {
    op.ancestors().any(|parent| parent.name() == LAUNCH)
}

fn is_held_by_tapes(ty: Type) -> bool {
    let scalar = if ty.is_vector() { ty.element() } else { ty };
    scalar.is_float()
        || scalar.is_integer()
        || scalar.is_index()
        || scalar.is_complex()
        || ty.is_memref()
        || ty.is_cache()
        || ty.is_tape()
}
