//! Rewrites atomic updates in kernels, or of threads, that the conversion to LLVM of MLIR 22 lacks: products, and any
//! update of floats.
//!
//! 1. A product becomes a generic update.
//! 2. A generic update whose value does not depend on the one before becomes an exchange: upstream's conversion loses such
//!    a value where nothing in the body computes it.
//! 3. Another generic update of floats becomes one of integers of their width, which LLVM can compare and exchange: the buffer
//!    is taken for one of integers, and the body works on the numbers after them.
//!
//! An update of what no machine compares and exchanges, or with control flow in its body, is an error.

use super::modules;
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    diagnostic::Diagnostic,
    ir::{Block, Builder, Op, Region, Type},
    views::{arith, builtin, memref},
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-expand-device-atomics",
    c"Rewrite atomic updates in kernels that the conversion to LLVM lacks",
    &[PassOption::new(c"host", OptionKind::Bool, c"false", c"Rewrite those outside kernels, too")],
    |options, module| {
        let places = if options == ["true"] { vec![module] } else { modules(module) };
        let mut result = Ok(());
        for kernels in places {
            for op in kernels.walk() {
                if op.is::<memref::AtomicRmw>() {
                    expand_product(op);
                }
            }
            // Collected before the first changes: a body goes with its op.
            let generic = kernels.walk().into_iter().filter(|op| op.is::<memref::GenericAtomicRmw>());
            for op in generic.collect::<Vec<_>>() {
                if let Err(error) = check(op) {
                    error.emit();
                    result = Err(());
                } else if op.body(0).is_some_and(|body| body.argument(0).is_unused()) {
                    exchange(op);
                } else if op.result(0).ty().is_float() {
                    expand_generic(op);
                }
            }
        }
        result
    },
);

/// The widths that machines compare and exchange, in bits.
const WIDTHS: [u32; 4] = [8, 16, 32, 64];

fn check(op: Op) -> Result<(), Diagnostic> {
    let ty = op.result(0).ty();
    if !ty.is_index() && ty.bit_width().is_none_or(|width| !WIDTHS.contains(&width)) {
        let message = format!("'{}' op: no machine updates a value of type '{ty}' atomically", op.name());
        return Err(Diagnostic::error(op.location(), message)
            .note(op.location(), "update its parts, or make the loop around it sequential"));
    }
    let mut inner = op.walk().into_iter().skip(1);
    if let Some(inner) = inner.find(|inner| inner.region_count() > 0) {
        let message = format!("'{}' op has control flow in its body", op.name());
        return Err(Diagnostic::error(op.location(), message)
            .note(inner.location(), "use 'arith.select', or make the loop around it sequential"));
    }
    Ok(())
}

fn expand_product(op: Op) {
    let name = match op.cast::<memref::AtomicRmw>().and_then(|op| op.kind()) {
        Some(memref::AtomicRMWKind::Mulf) => arith::Mulf::NAME,
        Some(memref::AtomicRMWKind::Muli) => arith::Muli::NAME,
        _ => return,
    };
    let Some(builder) = Builder::before(op) else { return };
    let (value, place) = (op.operand(0), op.operands().split_off(1));
    let body = Block::new(&[(value.ty(), op.location())]);
    let inner = Builder::at_end(body, op.location());
    let product = inner.same(name, &[body.argument(0), value]);
    inner.effect(memref::AtomicYield::NAME, &[product]);
    let regions = [Region::with_block(body)];
    let new = builder.create(memref::GenericAtomicRmw::NAME, &place, &[value.ty()], &[], &regions);
    op.result(0).replace_all_uses_with(new.result(0));
    op.erase();
}

fn exchange(op: Op) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let Some(end) = body.terminator() else { return };
    for part in body.ops().into_iter().filter(|part| *part != end) {
        part.move_before(op);
    }
    let value = end.operand(0);
    op.result(0).replace_all_uses_with(builder.atomic_rmw(memref::AtomicRMWKind::Assign, value, &op.operands()));
    op.erase();
}

fn expand_generic(op: Op) {
    let (Some(builder), Some(old_body)) = (Builder::before(op), op.body(0)) else { return };
    let (float, Some(width)) = (op.result(0).ty(), op.result(0).ty().bit_width()) else { return };
    let Some(end) = old_body.terminator() else { return };
    let integer = Type::integer(op.context(), width);
    let mut place = op.operands();
    let Some(buffer) = place.first_mut() else { return };
    let Some(ty) = buffer.ty().with_memory(integer, buffer.ty().memory_space()) else { return };
    *buffer = builder.op(builtin::UnrealizedConversionCast::NAME, &[*buffer], ty);
    let body = Block::new(&[(integer, op.location())]);
    let inner = Builder::at_end(body, op.location());
    let old = inner.op(arith::Bitcast::NAME, &[body.argument(0)], float);
    old_body.argument(0).replace_all_uses_with(old);
    let anchor = inner.effect(memref::AtomicYield::NAME, &[body.argument(0)]);
    for part in old_body.ops().into_iter().filter(|part| *part != end) {
        part.move_before(anchor);
    }
    if let Some(inner) = Builder::before(anchor) {
        anchor.set_operand(0, inner.op(arith::Bitcast::NAME, &[end.operand(0)], integer));
    }
    let new = builder.create(memref::GenericAtomicRmw::NAME, &place, &[integer], &[], &[Region::with_block(body)]);
    let result = builder.op(arith::Bitcast::NAME, &[new.result(0)], float);
    op.result(0).replace_all_uses_with(result);
    op.erase();
}
