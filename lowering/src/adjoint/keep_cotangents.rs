//! Reads cotangents that are taken only to be put back.
//!
//! The reverse of an update in place, `x[i] = x[i] + y`, takes the cotangent of the new content and adds it to that of
//! the old one. It stays where it is, and what only reads may run in any order.
//!
//! 1. Find takes whose value is accumulated at the same place of the same buffer, in the same block.
//! 2. If nothing in between reads the buffer or overwrites it, load instead of taking, and drop the accumulation.

use crate::alias::distinct::distinct;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Value},
    state::names,
    views::{memref, scf},
};

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-keep-cotangents", c"Read cotangents that are taken only to be put back", &[], |_, module| {
        let takes: Vec<_> = module.walk().into_iter().filter(|op| op.name() == names::TAKE).collect();
        for take in takes {
            if let (Some(back), Some(builder)) = (put_back(take), Builder::before(take)) {
                let read = builder.op(memref::Load::NAME, &take.operands(), take.result(0).ty());
                take.result(0).replace_all_uses_with(read);
                back.erase();
                take.erase();
            }
        }
        Ok(())
    });

/// How many ops, regions included, may stand between a cotangent's leaving and its return: each take looks through them.
const FARTHEST: usize = 4096;

/// The accumulation that puts back what has been taken, if nothing sees that it was away.
fn put_back(take: Op) -> Option<Op> {
    let place = take.operands();
    let is_back = |(user, number): &(Op, usize)| {
        *number == 0
            && user.name() == names::ACCUMULATE
            && user.operands()[1..] == place[..]
            && user.block() == take.block()
    };
    let (back, _) = take.result(0).uses().into_iter().find(is_back)?;
    let between = std::iter::successors(take.next(), |op| op.next()).take_while(|op| *op != back);
    let mut all = between.flat_map(Op::walk);
    let mut near = all.by_ref().take(FARTHEST);
    (near.all(|inner| leaves_alone(inner, place[0])) && all.next().is_none()).then_some(back)
}

/// Whether an op, apart from those in its regions, neither reads a shadow nor overwrites it. It may accumulate.
fn leaves_alone(op: Op, shadow: Value) -> bool {
    match op.name() {
        names::ACCUMULATE | names::PUSH | names::POP | scf::For::NAME | scf::If::NAME | scf::Yield::NAME => true,
        names::TAKE | memref::Load::NAME => distinct(op.operand(0), shadow),
        _ => op.region_count() == 0 && op.is_memory_effect_free(),
    }
}
