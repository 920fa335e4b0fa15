//! Makes two ops of `math.sincos`, once derivatives are built: not every target has the pair, and LLVM finds it again.
//!
//! 1. Replace the op by `math.sin` and `math.cos`, with its flags.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op},
    views::math,
};

pub(super) static PASS: Pass =
    Pass::new(c"autodiff-split-sincos", c"Make two ops of 'math.sincos'", &[], |_, module| {
        for op in module.walk() {
            if op.is::<math::Sincos>() {
                split(op);
            }
        }
        Ok(())
    });

fn split(both: Op) {
    let Some(builder) = Builder::before(both) else { return };
    let x = both.operand(0);
    let flags: Vec<_> = both.attribute("fastmath").map(|flags| ("fastmath", flags)).into_iter().collect();
    for (name, result) in [math::Sin::NAME, math::Cos::NAME].into_iter().zip(both.results()) {
        if !result.is_unused() {
            let op = builder.create(name, &[x], &[x.ty()], &flags, &[]);
            result.replace_all_uses_with(op.result(0));
        }
    }
    both.erase();
}
