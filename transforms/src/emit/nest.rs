//! Nests of sequential loops that take the place of a parallel loop.

use super::{Trips, add, parallel_trips};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Region, Type, Value},
    views::scf,
};

/// The iterations of an `scf.parallel` op, all of them or a part, one after another.
pub struct Nest {
    /// By dimension.
    trips: Vec<Trips>,
    inductions: Vec<Value>,
    /// The number of iterations in each dimension.
    pub counts: Vec<Value>,
    /// The number of the first iteration in one dimension; all others start from zero.
    pub first: Option<(usize, Value)>,
    body: Block,
}

impl Nest {
    /// All iterations of a loop, counted where the builder stands.
    pub fn new(builder: &Builder, op: Op, body: Block) -> Self {
        let trips = parallel_trips(op);
        let counts = trips.iter().map(|trips| trips.count(builder)).collect();
        Self { trips, inductions: body.arguments(), counts, first: None, body }
    }

    /// Moves the body of the loop into sequential loops that carry values, and gives what they carry in the end.
    /// `end` is called after the body, with the values carried so far, for what an iteration makes of them.
    pub fn emit(
        &self,
        builder: &Builder,
        carried: &[Value],
        end: &mut dyn FnMut(&Builder, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        self.dimension(builder, 0, carried, end)
    }

    fn dimension(
        &self,
        builder: &Builder,
        dimension: usize,
        carried: &[Value],
        end: &mut dyn FnMut(&Builder, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let Some(count) = self.counts.get(dimension) else {
            let last = self.body.terminator();
            for op in self.body.ops().into_iter().filter(|op| Some(*op) != last) {
                op.detach();
                builder.insert(op);
            }
            return end(builder, carried);
        };
        counted(builder, *count, carried, |inner, number, carried| {
            let number = match self.first {
                Some((chunked, first)) if chunked == dimension => add(inner, first, number),
                _ => number,
            };
            let induction = self.trips[dimension].induction(inner, number);
            self.inductions[dimension].replace_all_uses_with(induction);
            self.dimension(inner, dimension + 1, carried, end)
        })
    }
}

/// A sequential loop that counts from zero.
pub fn counted(
    builder: &Builder,
    count: Value,
    initial: &[Value],
    body: impl FnOnce(&Builder, Value, &[Value]) -> Vec<Value>,
) -> Vec<Value> {
    let location = builder.location();
    let types: Vec<_> = initial.iter().map(|value| value.ty()).collect();
    let block = Block::with_types(&[&[Type::index(builder.context())], &types[..]].concat(), location);
    let inner = Builder::at_end(block, location);
    let yielded = body(&inner, block.argument(0), &block.arguments()[1..]);
    inner.effect(scf::Yield::NAME, &yielded);
    let (zero, one) = (builder.index(0), builder.index(1));
    let operands = [&[zero, count, one], initial].concat();
    builder.create(scf::For::NAME, &operands, &types, &[], &[Region::with_block(block)]).results()
}

/// Whether an op is a loop of `scf`.
pub fn is_loop(op: &Op) -> bool {
    matches!(op.name(), scf::For::NAME | scf::While::NAME | scf::Parallel::NAME)
}
