//! `scf.parallel` ops and their reductions.

use super::Trips;
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Value},
    views::{arith, complex, scf},
};

/// Whether an op adds two values.
pub fn is_sum(name: &str) -> bool {
    matches!(name, arith::Addf::NAME | complex::Add::NAME | arith::Addi::NAME)
}

/// The op that an `scf.reduce` combines two values with, if it does nothing else.
pub fn plain_reduction(end: Op, number: usize) -> Option<&'static str> {
    let block = end.body(number)?;
    let ops = block.ops();
    let [op, last] = ops.as_slice() else { return None };
    let pair = block.arguments();
    let combines = op.operand_count() == 2 && pair.iter().all(|value| op.operands().contains(value));
    (combines && op.result_count() == 1 && last.operands() == op.results()).then(|| op.name())
}

/// Ends the body of a loop with the sums of values.
pub fn reduce(builder: &Builder, values: &[Value], sums: &[&str]) {
    let regions: Vec<_> = values
        .iter()
        .zip(sums)
        .map(|(value, sum)| {
            let (ty, location) = (value.ty(), builder.location());
            let block = Block::new(&[(ty, location), (ty, location)]);
            let inner = Builder::at_end(block, location);
            let sum = inner.same(sum, &block.arguments());
            inner.effect(scf::ReduceReturn::NAME, &[sum]);
            Region::with_block(block)
        })
        .collect();
    builder.create(scf::Reduce::NAME, values, &[], &[], &regions);
}

/// A parallel loop; `bounds`: the lower bounds of all dimensions, then the upper ones, then the steps.
pub fn parallel(builder: &Builder, bounds: &[Value], initial: &[Value], body: Block) -> Op {
    let rank = (bounds.len() / 3) as i32;
    let types: Vec<_> = initial.iter().map(|value| value.ty()).collect();
    let segments = Attribute::dense_i32(builder.context(), &[rank, rank, rank, initial.len() as i32]);
    let operands = [bounds, initial].concat();
    let attributes = [("operandSegmentSizes", segments)];
    builder.create(scf::Parallel::NAME, &operands, &types, &attributes, &[Region::with_block(body)])
}

/// The iterations of an `scf.parallel` op, by dimension.
pub fn parallel_trips(op: Op) -> Vec<Trips> {
    let operands = op.operands();
    let rank = op.body(0).map(Block::argument_count).unwrap_or_default();
    let trips = |dimension: usize| Trips {
        lower: operands[dimension],
        upper: operands[rank + dimension],
        step: operands[2 * rank + dimension],
        unsigned: false,
    };
    (0..rank).map(trips).collect()
}
