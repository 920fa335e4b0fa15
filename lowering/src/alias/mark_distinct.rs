//! Tells LLVM that buffers which a loop passes on in turn are not each other.
//!
//! LLVM sees pointers that come from either of two allocations, and compares them before each inner loop.
//!
//! 1. Find loops that carry distinct buffers and yield the same ones, each to the place of one of them.
//! 2. In the body, put `memref.distinct_objects` between them and their uses.

use crate::alias::distinct::turning_buffers;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Value},
    views::{memref, scf},
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-mark-distinct",
    c"Tell LLVM that buffers which a loop passes on in turn are distinct",
    &[],
    |_, module| {
        for op in module.walk() {
            if op.is::<scf::For>() {
                mark(op);
            }
        }
        Ok(())
    },
);

fn mark(op: Op) {
    let Some(body) = op.body(0) else { return };
    let buffers: Vec<_> = turning_buffers(op).into_iter().map(|index| body.argument(index + 1)).collect();
    if buffers.len() < 2 {
        return;
    }
    let builder = Builder::at_start(body, op.location());
    let types: Vec<_> = buffers.iter().map(|buffer| buffer.ty()).collect();
    let marks = builder.create(memref::DistinctObjects::NAME, &buffers, &types, &[], &[]);
    for (buffer, marked) in buffers.into_iter().zip(marks.results()) {
        replace_inside(buffer, marked, &[Some(marks), body.terminator()]);
    }
}

/// Replaces the uses of a value, but for those by some ops.
fn replace_inside(value: Value, new: Value, except: &[Option<Op>]) {
    for (user, number) in value.uses() {
        if !except.contains(&Some(user)) {
            user.set_operand(number, new);
        }
    }
}
