//! Keeps LLVM from making vectors of iterations that store to many rows.
//!
//! An iteration that stores a row of a Jacobian writes a few lines of memory from one end to the other. Eight of them at
//! once write eight rows, each store to all of them, which machines do element by element: it takes longer than what
//! vectors save. Within an iteration LLVM makes vectors all the same.
//!
//! 1. Find innermost loops, and count the stores of theirs that are further than [`NEAR`] elements from those of the next
//!    iteration.
//! 2. Mark those that have at least [`MANY`].

use crate::loops::{forbid_vectors, is_open};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Op, Type, Value},
    views::{memref, scf},
};
use autodiff_transforms::analysis::locality::linear::Symbols;

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-limit-scatters",
    c"Keep LLVM from making vectors of iterations that store to many rows",
    &[],
    |_, module| {
        for op in module.walk() {
            if op.is::<scf::For>() {
                limit(op);
            }
        }
        Ok(())
    },
);

/// The most elements between two iterations' stores that LLVM still makes one stream of.
const NEAR: i64 = 8;
/// So many scattered stores are worse than what vectors save.
const MANY: usize = 4;

fn limit(op: Op) {
    let Some(body) = op.body(0) else { return };
    if !is_open(op) {
        return;
    }
    let mut symbols = Symbols::default();
    let scatters = |op: &&Op| op.is::<memref::Store>() && is_scattered(**op, body.argument(0), &mut symbols);
    if op.walk().iter().filter(scatters).count() >= MANY {
        forbid_vectors(op);
    }
}

/// Whether the places of a store in two iterations that follow each other are in different rows, or far apart in one.
fn is_scattered(store: Op, induction: Value, symbols: &mut Symbols) -> bool {
    let shape = store.operand(1).ty().shape();
    let mut stride = Some(1i64);
    for (index, size) in store.operands().into_iter().skip(2).zip(shape).rev() {
        let varies = symbols.linear(index).terms.iter().find_map(|(monomial, factor)| {
            monomial.iter().any(|symbol| symbols.value(*symbol) == induction).then_some(*factor)
        });
        if let Some(factor) = varies {
            return stride.and_then(|stride| stride.checked_mul(factor)).is_none_or(|far| far.abs() > NEAR);
        }
        stride = stride.filter(|_| size != Type::DYNAMIC).and_then(|stride| stride.checked_mul(size));
    }
    false
}
