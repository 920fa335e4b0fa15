//! Where derivatives may flow: a graph whose nodes are SSA values and the contents of buffers.
//!
//! Each op adds its edges through its rule ([`crate::rules::Rule::flow`]); activity is reachability in this graph.
//!
//! The content of a buffer has a new node, a *version*, behind each op of the function's own block that replaces all of
//! it. So a buffer that is used for one thing after another does not mix them up.

use crate::analysis::{
    buffers::{self, Buffers},
    memory::{Aliases, Class, Kind, Origin},
    semantics::Meanings,
};
use autodiff_dialect::ir::{Attribute, Op, Type, Value};
use rustc_hash::FxHashMap;

/// The flow graph of one function, while it is being collected.
pub struct Flow<'a> {
    rules: &'a dyn Meanings,
    edges: Vec<(Value, Value, usize)>,
    /// Whether nothing asks for edges.
    without_edges: bool,
    aliases: Aliases,
    position: usize,
    overwrites: Vec<(Value, usize)>,
    globals: FxHashMap<String, Value>,
    /// Those whose shadow others see.
    shared: Vec<Value>,
    /// By name: what functions give back, as [`Buffers::returned`] says; nothing for those that are being looked at.
    returned: FxHashMap<Attribute, Vec<Option<Vec<usize>>>>,
}

impl<'a> Flow<'a> {
    /// An empty graph.
    pub fn new(rules: &'a dyn Meanings) -> Self {
        Self {
            rules,
            edges: vec![],
            without_edges: false,
            aliases: Aliases::default(),
            position: 0,
            overwrites: vec![],
            globals: FxHashMap::default(),
            shared: vec![],
            returned: FxHashMap::default(),
        }
    }

    /// A graph without edges: only alias classes are collected.
    pub fn of_buffers(rules: &'a dyn Meanings) -> Self {
        Self { without_edges: true, ..Self::new(rules) }
    }

    /// Adds what a function and its ops do to buffers.
    pub(super) fn body(&mut self, function: Op, ops: &[Op]) {
        buffers::arguments(function, self);
        let is_buffer = |value: &Value| value.ty().is_memory();
        for op in ops.iter().copied().skip(1) {
            if op.region_count() > 0 || op.operands().iter().any(is_buffer) || op.results().iter().any(is_buffer) {
                buffers::collect(op, self.rules, self);
            }
        }
    }

    /// The arguments that a result of a callee may be, if it is one of them or what the callee has allocated.
    ///
    /// # Cost
    /// Linear in the callee, the first time.
    pub fn returned(&mut self, call: Op, result: usize) -> Option<Vec<usize>> {
        let callee = call.attribute("callee")?;
        if !self.returned.contains_key(&callee) {
            // Of a recursive function nothing is known.
            self.returned.insert(callee, vec![]);
            let function = call.lookup_symbol(callee).filter(|function| function.is_function())?;
            let mut flow = Self { returned: std::mem::take(&mut self.returned), ..Self::of_buffers(self.rules) };
            flow.body(function, &function.walk());
            self.returned = std::mem::take(&mut flow.returned);
            self.returned.insert(callee, Buffers::from(flow.into_aliases()).returned(function));
        }
        self.returned[&callee].get(result)?.clone()
    }

    /// `to` is, or is computed from, `from`. Two buffers become aliases; a pair that carries no derivative is ignored.
    pub fn forward(&mut self, from: Value, to: Value) {
        if from.ty().is_memory() && to.ty().is_memory() {
            self.aliases.unite(from, to);
        } else {
            self.content(from, to);
        }
    }

    /// A derivative flows from `from` to `to`, where a buffer stands for its content: loads, stores, copies. Buffers that
    /// one of them holds may be held by the other, or be it.
    pub fn content(&mut self, from: Value, to: Value) {
        if from.ty().is_memory() && to.ty().is_memory() {
            self.aliases.pass_pointers(from, to);
        }
        if !self.without_edges && carries(from.ty()) && carries(to.ty()) {
            self.edges.push((from, to, self.position));
        }
    }

    /// Says where in the function's own block the ops that follow stand.
    pub fn at(&mut self, position: usize) {
        self.position = position;
    }

    /// Gives a value a node, whether or not anything flows to or from it: the identity has a derivative too.
    pub fn mention(&mut self, value: Value) {
        self.edges.push((value, value, self.position));
    }

    /// The op at the current position replaces the whole content of a buffer.
    pub fn overwrite(&mut self, buffer: Value) {
        self.overwrites.push((buffer, self.position));
    }

    /// The op computes integers from integers, which may be the bits of numbers.
    pub fn bits(&mut self, op: Op) {
        for from in op.operands() {
            for to in op.results() {
                if !from.ty().is_differentiable() && !to.ty().is_differentiable() {
                    self.content(from, to);
                }
            }
        }
    }

    /// A derivative may flow from anything that the op reads to anything that it makes or writes.
    pub fn everything(&mut self, op: Op) {
        for (buffers, origin) in [(op.operands(), Origin::Escaped), (op.results(), Origin::Unknown)] {
            for buffer in buffers.into_iter().filter(|value| value.ty().is_memory()) {
                self.origin(buffer, origin);
            }
        }
        // What a buffer gives may be the same memory under other elements, which no comparison of types would tell.
        for from in op.operands().into_iter().filter(|value| value.ty().is_memory()) {
            for to in op.results().into_iter().filter(|value| value.ty().is_memory()) {
                if from.ty().element() != to.ty().element() {
                    self.aliases.unite(from, to);
                }
            }
        }
        self.through(op);
    }

    /// A derivative may flow from anything that the op reads to anything that it makes or writes; where its buffers come
    /// from is another question.
    pub fn through(&mut self, op: Op) {
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

    /// Others get hold of a buffer, and of those that it holds.
    pub fn hand_out(&mut self, buffer: Value) {
        self.aliases.hand_out(buffer);
    }

    /// A buffer is the global of this name, wherever else it is named.
    pub fn global(&mut self, name: String, buffer: Value, constant: bool) {
        self.origin(buffer, Origin::Global { constant });
        let first = *self.globals.entry(name).or_insert(buffer);
        if first != buffer {
            self.aliases.unite(first, buffer);
        }
    }

    /// Others see the shadow of a global: it varies from the start, and its derivative is wanted at the end.
    pub fn share(&mut self, global: Value) {
        self.shared.push(global);
    }

    /// The globals whose shadow others see.
    pub fn shared(&self) -> Vec<Value> {
        self.shared.clone()
    }

    /// The alias classes collected.
    pub fn into_aliases(self) -> Aliases {
        self.aliases
    }

    /// The edges and alias classes collected. `confirm` decides whether an op that overwrites a buffer touches it in no
    /// other way; it is told of each value whether it may be the same memory.
    pub fn finish(self, confirm: impl Fn(&dyn Fn(Value) -> bool, usize) -> bool) -> (FlowGraph, Buffers) {
        let (mut overwrites, mut order) = (FxHashMap::<Value, Vec<usize>>::default(), vec![]);
        let buffers = Buffers::from(self.aliases);
        let classes = buffers.classes();
        // The numbers in the buffers that a buffer holds stay as they are if it is overwritten.
        for (buffer, position) in self.overwrites.into_iter().filter(|(buffer, _)| !buffer.ty().holds_buffers()) {
            let class = buffers.representative(buffer);
            let whole = classes.get(class).and_then(Class::single_origin).is_some_and(|(origin, _)| origin == buffer);
            let same = |value: Value| {
                let other = buffers.representative(value);
                let may_alias = || match (classes.get(class), classes.get(other)) {
                    (Some(class), Some(other)) => class.may_share_numbers(other),
                    _ => true,
                };
                value.ty().is_memory() && (other == class || may_alias())
            };
            if whole && confirm(&same, position) {
                let positions = overwrites.entry(class).or_default();
                if positions.is_empty() {
                    order.push(class);
                }
                positions.push(position);
            }
        }
        let mut graph = FlowGraph { overwrites, ..FlowGraph::default() };
        // Memory from outside that has versions: what happens to another buffer from outside may happen to it.
        let mut exposed = Vec::<(Kind, Vec<Value>)>::new();
        for class in order {
            let Some(kind) = classes.get(class).filter(|class| class.is_exposed()).map(Class::kind_of_numbers) else {
                continue;
            };
            match exposed.iter_mut().find(|(other, _)| *other == kind) {
                Some((_, classes)) => classes.push(class),
                None => exposed.push((kind, vec![class])),
            }
        }
        let others = |value: Value, representative: Value| {
            let known = classes.get(representative).filter(|_| value.ty().is_memory());
            let known = known.filter(|known| known.is_exposed()).map(Class::kind_of_numbers);
            let groups = exposed.iter().filter(|(kind, _)| known.is_some_and(|known| kind.may_meet(known)));
            let others = groups.flat_map(|(_, classes)| classes);
            others.copied().filter(|other| *other != representative).collect::<Vec<_>>()
        };
        let mut edges = Vec::with_capacity(self.edges.len());
        for (from, to, position) in self.edges {
            let nodes = [from, to].map(|value| {
                let representative = buffers.content(value);
                let more = if exposed.is_empty() { vec![] } else { others(value, representative) };
                let more: Vec<_> = more.into_iter().map(|other| graph.add(other, position)).collect();
                (graph.add(representative, position), more)
            });
            let [(from, more), (to, others)] = nodes;
            for from in std::iter::once(from).chain(more) {
                let all = std::iter::once(to).chain(others.iter().copied());
                edges.extend(all.filter(|to| *to != from).map(|to| (from, to)));
            }
        }
        graph.join_unknown(&buffers, &mut edges);
        graph.successors = Adjacent::new(graph.nodes.len(), edges.iter().copied());
        graph.predecessors = Adjacent::new(graph.nodes.len(), edges.iter().map(|(from, to)| (*to, *from)));
        (graph, buffers)
    }
}

/// Whether values of a type may carry a derivative, or the bits of a number that did.
pub(crate) fn carries(ty: Type) -> bool {
    let element = ty.element();
    match element == ty {
        true => ty.is_differentiable() || (ty.is_integer() && ty.bit_width().is_some_and(|width| width >= 16)),
        false => carries(element),
    }
}

/// The neighbours of each node, one after another.
#[derive(Default)]
struct Adjacent {
    /// Where those of each node start, and where the last ones end.
    starts: Vec<u32>,
    nodes: Vec<u32>,
}

impl Adjacent {
    fn new(count: usize, edges: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; count + 2];
        edges.clone().for_each(|(from, _)| starts[from as usize + 2] += 1);
        for node in 2..starts.len() {
            starts[node] += starts[node - 1];
        }
        let mut nodes = vec![0; starts.last().map_or(0, |end| *end as usize)];
        for (from, to) in edges {
            let place = &mut starts[from as usize + 1];
            nodes[*place as usize] = to;
            *place += 1;
        }
        starts.pop();
        Self { starts, nodes }
    }

    fn of(&self, node: usize) -> &[u32] {
        &self.nodes[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

/// The flow graph. A class of aliases is a node for each of its versions.
#[derive(Default)]
pub struct FlowGraph {
    nodes: FxHashMap<(Value, u32), u32>,
    /// By class: positions of the ops that replace its content, in order.
    overwrites: FxHashMap<Value, Vec<usize>>,
    successors: Adjacent,
    predecessors: Adjacent,
}

impl FlowGraph {
    fn version(&self, representative: Value, position: usize) -> u32 {
        self.overwrites
            .get(&representative)
            .map_or(0, |all| all.partition_point(|overwrite| *overwrite <= position) as u32)
    }

    fn add(&mut self, representative: Value, position: usize) -> u32 {
        let next = self.nodes.len() as u32;
        *self.nodes.entry((representative, self.version(representative, position))).or_insert(next)
    }

    /// Lets what unknown pointers lead to share its content with all that may be the same memory.
    fn join_unknown(&mut self, buffers: &Buffers, edges: &mut Vec<(u32, u32)>) {
        let mut known: Vec<_> = buffers.classes().iter().filter(|(value, _)| carries(value.ty())).collect();
        // Buffers that hold others stand for those, where these have no class.
        known.retain(|(value, class)| class.is_exposed() && !buffers.has_class_behind(*value));
        // The first unknown class stands for the others that may be the same memory.
        let mut unknown: Vec<(Value, &Class)> = vec![];
        for (value, class) in known.iter().filter(|(_, class)| class.is_unknown() && !class.origins.is_empty()) {
            if !unknown.iter().any(|(_, other)| other.may_share_numbers(class)) {
                unknown.push((*value, class));
            }
        }
        for (one, class) in unknown {
            let ones = self.contents(buffers.content(one));
            for (other, _) in known.iter().filter(|(other, known)| *other != one && known.may_share_numbers(class)) {
                for (a, b) in
                    self.contents(buffers.content(*other)).into_iter().flat_map(|a| ones.iter().map(move |b| (a, *b)))
                {
                    edges.extend([(a, b), (b, a)]);
                }
            }
        }
    }

    /// The nodes of all versions of a class, made if there is none yet.
    fn contents(&mut self, representative: Value) -> Vec<u32> {
        let mut positions = vec![0];
        positions.extend(self.overwrites.get(&representative).into_iter().flatten());
        positions.into_iter().map(|position| self.add(representative, position)).collect()
    }

    /// The node of a value, or of the content of a class before an op at a position; the representative must be
    /// given.
    pub fn node(&self, representative: Value, position: usize) -> Option<usize> {
        self.nodes.get(&(representative, self.version(representative, position))).map(|node| *node as usize)
    }

    /// Whether the content of a class is replaced somewhere.
    pub fn has_versions(&self, representative: Value) -> bool {
        self.overwrites.contains_key(&representative)
    }

    /// The nodes of all versions of a class.
    pub fn versions(&self, representative: Value) -> impl Iterator<Item = usize> {
        let last = self.version(representative, usize::MAX);
        (0..=last).filter_map(move |version| self.nodes.get(&(representative, version)).map(|node| *node as usize))
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
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
                pending.extend(edges.of(node).iter().map(|next| *next as usize).filter(|next| !seen[*next]));
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
