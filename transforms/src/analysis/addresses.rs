//! Ops of which nothing is known: whether they may carry a derivative, or make an address through which one moves unseen.

use autodiff_dialect::{
    ir::{Op, Value},
    views::memref,
};

/// Whether an op can neither make nor move a derivative, whatever it is: nothing that it gives or writes is a float.
pub fn cannot_carry(op: Op) -> bool {
    let touches = |value: &Value| value.ty().is_differentiable();
    let gives = op.results().iter().any(touches);
    let passes = op.is_memory_effect_free() && !gives_address(op);
    op.region_count() == 0 && !gives && (!op.operands().iter().any(touches) || passes)
}

/// Whether an op may make an address of a buffer, through which nothing sees what is read and written.
pub fn gives_address(op: Op) -> bool {
    let takes_buffer = || op.operands().iter().any(|value| value.ty().is_differentiable_memory());
    op.result_count() > 0
        && !SIZES.contains(&op.name())
        && op.results().iter().all(|value| !value.ty().is_memory())
        && takes_buffer()
        && !stays_a_number(op)
}

/// Whether nothing in the function around an op can turn a number into a pointer: the address is tested for alignment,
/// compared or kept, but not followed.
fn stays_a_number(op: Op) -> bool {
    let function = op.function();
    let known = |op: &Op| op.name().split('.').next().is_some_and(|dialect| HARMLESS.contains(&dialect));
    function.is_some_and(|function| function.walk().iter().all(known))
}

/// Dialects without an op that makes a pointer of a number.
const HARMLESS: [&str; 13] = [
    "affine",
    "arith",
    "autodiff",
    "bufferization",
    "cf",
    "complex",
    "func",
    "index",
    "math",
    "memref",
    "scf",
    "ub",
    "vector",
];

/// Ops that ask a buffer for its sizes only.
const SIZES: [&str; 2] = [memref::Dim::NAME, memref::Rank::NAME];
