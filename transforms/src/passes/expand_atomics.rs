//! Turns atomic updates in sequential code into a load, the update and a store, which the engines know.
//!
//! Under an op that runs its regions in parallel they stay as they are.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Builder, Op, Type, Value},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-expand-atomics",
    c"Turn atomic updates in sequential code into loads and stores",
    &[],
    |_, module| {
        for op in module.walk() {
            match op.name() {
                "memref.atomic_rmw" if is_sequential(op) => expand(op),
                "memref.generic_atomic_rmw" if is_sequential(op) => expand_generic(op),
                _ => {}
            }
        }
        Ok(())
    },
);

/// Ops whose regions may run in parallel.
const PARALLEL: [&str; 6] = ["scf.parallel", "scf.forall", "affine.parallel", "gpu.launch", "gpu.func", "omp.parallel"];

fn is_sequential(op: Op) -> bool {
    std::iter::successors(op.parent(), |op| op.parent()).all(|parent| !PARALLEL.contains(&parent.name()))
}

/// Replaces the op; its result is the value that it stored.
fn replace(op: Op, builder: &Builder, stored: Value, place: &[Value]) {
    builder.effect("memref.store", &[&[stored], place].concat());
    op.result(0).replace_all_uses_with(stored);
    op.erase();
}

fn expand(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let (value, place) = (op.operand(0), op.operands().split_off(1));
    let old = builder.op("memref.load", &place, value.ty());
    // The numbers of `arith::AtomicRMWKind`.
    let kind = op.attribute("kind").and_then(Attribute::as_integer).unwrap_or(-1);
    let name = match kind {
        0 => "arith.addf",
        1 => "arith.addi",
        2 => "arith.andi",
        4 => "arith.maximumf",
        5 => "arith.maxnumf",
        6 => "arith.maxsi",
        7 => "arith.maxui",
        8 => "arith.minimumf",
        9 => "arith.minnumf",
        10 => "arith.minsi",
        11 => "arith.minui",
        12 => "arith.mulf",
        13 => "arith.muli",
        14 => "arith.ori",
        15 => "arith.xori",
        _ => "",
    };
    let stored = match kind {
        3 => value,
        _ if name.is_empty() => return,
        _ => builder.same(name, &[old, value]),
    };
    replace(op, &builder, stored, &place);
}

fn expand_generic(op: Op) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let Some(end) = body.terminator() else { return };
    let place = op.operands();
    let element: Type = op.result(0).ty();
    let old = builder.op("memref.load", &place, element);
    body.argument(0).replace_all_uses_with(old);
    for inner in body.ops() {
        if inner != end {
            inner.move_before(op);
        }
    }
    let stored = end.operand(0);
    replace(op, &builder, stored, &place);
}
