//! Turns atomic updates in sequential code into a load, the update and a store, which the engines know.
//!
//! Under an op that runs its regions in parallel, and in functions that are called there, they stay as they are, unless
//! one thread runs all of it.

use crate::analysis::concurrency::{called_in_parallel, is_in_parallel};
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    ir::{Builder, Op, Type, Value},
    views::{arith, memref},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-expand-atomics",
    c"Turn atomic updates in sequential code into loads and stores",
    &[PassOption::new(
        c"sequential",
        OptionKind::Bool,
        c"false",
        c"One thread runs all code, parallel loops and kernels included",
    )],
    |options, module| {
        let ops: Vec<_> = module.walk().into_iter().filter(|op| UPDATES.contains(&op.name())).collect();
        if ops.is_empty() {
            return Ok(());
        }
        let called = called_in_parallel(module);
        for op in ops {
            let function = op.function();
            let is_parallel = is_in_parallel(op) || function.is_some_and(|function| called.contains(&function));
            // In parallel, the result is the value before, as conversions to LLVM and devices have it.
            let result = if is_parallel { Result::Old } else { Result::New };
            match op.name() {
                _ if is_parallel && options != ["true"] => {}
                memref::AtomicRmw::NAME => expand(op, result),
                _ => expand_generic(op, result),
            }
        }
        Ok(())
    },
);

const UPDATES: [&str; 2] = [memref::AtomicRmw::NAME, memref::GenericAtomicRmw::NAME];

/// What an update gives: the value before or after it.
#[derive(Clone, Copy)]
enum Result {
    Old,
    New,
}

fn replace(op: Op, builder: &Builder, [old, stored]: [Value; 2], place: &[Value], result: Result) {
    builder.effect(memref::Store::NAME, &[&[stored], place].concat());
    op.result(0).replace_all_uses_with(match result {
        Result::Old => old,
        Result::New => stored,
    });
    op.erase();
}

fn expand(op: Op, result: Result) {
    let Some(builder) = Builder::before(op) else { return };
    let (value, place) = (op.operand(0), op.operands().split_off(1));
    let old = builder.op(memref::Load::NAME, &place, value.ty());
    let Some(kind) = op.cast::<memref::AtomicRmw>().and_then(|op| op.kind()) else { return };
    let name = match kind {
        memref::AtomicRMWKind::Assign => None,
        memref::AtomicRMWKind::Addf => Some(arith::Addf::NAME),
        memref::AtomicRMWKind::Addi => Some(arith::Addi::NAME),
        memref::AtomicRMWKind::Andi => Some(arith::Andi::NAME),
        memref::AtomicRMWKind::Maximumf => Some(arith::Maximumf::NAME),
        memref::AtomicRMWKind::Maxnumf => Some(arith::Maxnumf::NAME),
        memref::AtomicRMWKind::Maxs => Some(arith::Maxsi::NAME),
        memref::AtomicRMWKind::Maxu => Some(arith::Maxui::NAME),
        memref::AtomicRMWKind::Minimumf => Some(arith::Minimumf::NAME),
        memref::AtomicRMWKind::Minnumf => Some(arith::Minnumf::NAME),
        memref::AtomicRMWKind::Mins => Some(arith::Minsi::NAME),
        memref::AtomicRMWKind::Minu => Some(arith::Minui::NAME),
        memref::AtomicRMWKind::Mulf => Some(arith::Mulf::NAME),
        memref::AtomicRMWKind::Muli => Some(arith::Muli::NAME),
        memref::AtomicRMWKind::Ori => Some(arith::Ori::NAME),
        memref::AtomicRMWKind::Xori => Some(arith::Xori::NAME),
    };
    let stored = name.map_or(value, |name| builder.same(name, &[old, value]));
    replace(op, &builder, [old, stored], &place, result);
}

fn expand_generic(op: Op, result: Result) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let Some(end) = body.terminator() else { return };
    let place = op.operands();
    let element: Type = op.result(0).ty();
    let old = builder.op(memref::Load::NAME, &place, element);
    body.argument(0).replace_all_uses_with(old);
    for inner in body.ops() {
        if inner != end {
            inner.move_before(op);
        }
    }
    let stored = end.operand(0);
    replace(op, &builder, [old, stored], &place, result);
}
