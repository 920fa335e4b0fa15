//! Makes the number of each dimension that `memref.dim` asks for a constant that the buffer has.
//!
//! MLIR 22's canonicalisation crashes on a negative one where the `gpu` dialect is loaded, and a number that is computed
//! may turn out to be negative in its course.
//!
//! 1. A constant that is no dimension of the buffer becomes 0: what it gives is undefined.
//! 2. A number that is computed chooses between the dimensions.

use crate::emit::{constant_index, extent};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Type},
    views::{arith, memref},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-settle-dims",
    c"Ask for dimensions of buffers by constants that they have",
    &[],
    |_, module| {
        module.walk().into_iter().filter(is_open).for_each(|op| _ = settle(op));
        Ok(())
    },
);

/// Whether an op asks for a dimension of a buffer with a rank that may be none.
pub(super) fn is_open(op: &Op) -> bool {
    op.is::<memref::Dim>()
        && op.operand(0).ty().is_memref()
        && constant_index(op.operand(1))
            .is_none_or(|number| usize::try_from(number).map_or(true, |number| number >= rank(*op)))
}

fn rank(op: Op) -> usize {
    op.operand(0).ty().shape().len()
}

fn settle(op: Op) -> Option<()> {
    let builder = Builder::before(op)?;
    let (buffer, index) = (op.operand(0), op.operand(1));
    let sizes: Vec<_> = (0..rank(op)).map(|dimension| extent(&builder, buffer, dimension)).collect();
    let mut size = sizes.first().copied().unwrap_or_else(|| builder.index(0));
    if constant_index(index).is_none() {
        for (dimension, other) in sizes.into_iter().enumerate().skip(1) {
            let here = builder.cmpi(arith::CmpIPredicate::Eq, index, builder.index(dimension as i64));
            size = builder.op(arith::Select::NAME, &[here, other, size], Type::index(op.context()));
        }
    }
    op.result(0).replace_all_uses_with(size);
    op.erase();
    Some(())
}
