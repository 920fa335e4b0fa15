//! Rewrites complex ops of which upstream's conversion to real numbers loses digits.
//!
//! `sin(x + iy) = sin x cosh y + i cos x sinh y`, and alike the cosine: MLIR 22 takes `sinh y` for the difference of two
//! exponentials, which has no digits left where y is small.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Value},
    views::{arith, complex, math},
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-expand-complex",
    c"Rewrite complex ops of which the conversion to real numbers loses digits",
    &[],
    |_, module| {
        for op in module.walk() {
            let sine = op.cast::<complex::Sin>().map(|op| op.complex());
            let cosine = op.cast::<complex::Cos>().map(|op| op.complex());
            sine.or(cosine).into_iter().for_each(|z| expand(op, z));
        }
        Ok(())
    },
);

fn expand(op: Op, z: Value) {
    let Some(builder) = Builder::before(op) else { return };
    let ty = op.result(0).ty();
    if ty.element() != ty {
        return;
    }
    let part = |name| builder.op(name, &[z], ty.real());
    let (x, y) = (part(complex::Re::NAME), part(complex::Im::NAME));
    let of = |name, value| builder.same(name, &[value]);
    let (sin, cos) = (of(math::Sin::NAME, x), of(math::Cos::NAME, x));
    let (sinh, cosh) = (of(math::Sinh::NAME, y), of(math::Cosh::NAME, y));
    let times = |a, b| builder.same(arith::Mulf::NAME, &[a, b]);
    let parts = match op.is::<complex::Sin>() {
        true => [times(sin, cosh), times(cos, sinh)],
        false => [times(cos, cosh), of(arith::Negf::NAME, times(sin, sinh))],
    };
    op.result(0).replace_all_uses_with(builder.op(complex::Create::NAME, &parts, ty));
    op.erase();
}
