//! Makes one op of the sine and the cosine of one value.
//!
//! The derivative of each is the other. As one op, `math.sincos`, both are known to be there, and nothing is computed a
//! second time in the reverse sweep.
//!
//! 1. Block by block, find `math.sin` and `math.cos` of the same operand, with the same flags.
//! 2. Where the first of both stands, put `math.sincos`.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region},
    views::math,
};
use rustc_hash::FxHashMap;

pub(super) static PASS: Pass =
    Pass::new(c"autodiff-pair-sincos", c"Make one op of the sine and the cosine of a value", &[], |_, module| {
        for block in module.walk().into_iter().flat_map(Op::regions).flat_map(Region::blocks) {
            pair(block);
        }
        Ok(())
    });

fn pair(block: Block) {
    let mut first = FxHashMap::default();
    for op in block.ops() {
        let name = op.name();
        // MLIR has the pair for scalars.
        if !matches!(name, math::Sin::NAME | math::Cos::NAME) || !op.result(0).ty().is_float() {
            continue;
        }
        let flags = op.attribute("fastmath");
        match first.remove(&(op.operand(0), flags)) {
            Some(other) if Op::name(other) != name => join(other, op),
            _ => {
                first.insert((op.operand(0), flags), op);
            }
        }
    }
}

fn join(first: Op, second: Op) {
    let Some(builder) = Builder::before(first) else { return };
    let ty = first.result(0).ty();
    let flags: Vec<_> = first.attribute("fastmath").map(|flags| ("fastmath", flags)).into_iter().collect();
    let both = builder.create(math::Sincos::NAME, &[first.operand(0)], &[ty, ty], &flags, &[]);
    for op in [first, second] {
        op.result(0).replace_all_uses_with(both.result(usize::from(op.is::<math::Cos>())));
        op.erase();
    }
}
