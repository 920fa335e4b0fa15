//! Turns atomic updates in sequential code into a load, the update and a store, which the engines know.
//!
//! Under an op that runs its regions in parallel, and in functions that are called there, they stay as they are, unless
//! one thread runs all of it.

use crate::analysis::concurrency::{called_in_parallel, is_in_parallel};
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    ir::{Attribute, Builder, Op, Type, Value},
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
            let function = std::iter::successors(op.parent(), |op| op.parent()).find(|op| op.is_function());
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
    // The numbers of `arith::AtomicRMWKind`.
    let kind = op.attribute("kind").and_then(Attribute::as_integer).unwrap_or(-1);
    let name = match kind {
        0 => arith::Addf::NAME,
        1 => arith::Addi::NAME,
        2 => arith::Andi::NAME,
        4 => arith::Maximumf::NAME,
        5 => arith::Maxnumf::NAME,
        6 => arith::Maxsi::NAME,
        7 => arith::Maxui::NAME,
        8 => arith::Minimumf::NAME,
        9 => arith::Minnumf::NAME,
        10 => arith::Minsi::NAME,
        11 => arith::Minui::NAME,
        12 => arith::Mulf::NAME,
        13 => arith::Muli::NAME,
        14 => arith::Ori::NAME,
        15 => arith::Xori::NAME,
        _ => "",
    };
    let stored = match kind {
        3 => value,
        _ if name.is_empty() => return,
        _ => builder.same(name, &[old, value]),
    };
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
