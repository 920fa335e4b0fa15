//! Rewrites math ops that the conversion to LLVM lacks, loses digits of, or has for vectors of one dimension only.
//!
//! What is left becomes calls of the C mathematics library. A function of the program's own that has the name of such a
//! function would be called instead: if it is private, it gets another name, otherwise it is an error.

use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Type, Value},
    views::{
        arith::{self, CmpFPredicate},
        math, vector,
    },
};
use autodiff_transforms::op_of_libm;
use std::collections::HashSet;

/// Ops whose conversion to LLVM in MLIR 22 takes vectors of several dimensions for numbers.
const FLAT: [&str; 3] = [math::Sincos::NAME, math::Isfinite::NAME, math::Isnan::NAME];

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-expand-math",
    c"Rewrite math ops that the conversion to LLVM lacks, or has for vectors of one dimension only",
    &[],
    |_, module| {
        for op in module.walk() {
            match op.name() {
                math::Isinf::NAME | math::Isnormal::NAME => classify(op),
                math::Expm1::NAME => expand_expm1(op),
                math::Log1p::NAME => expand_log1p(op),
                name if FLAT.contains(&name) => flatten(op),
                _ => {}
            }
        }
        keep_apart(module)
    },
);

/// Functions with a body that stand in for those of the C library which ops of the module become calls of.
fn keep_apart(module: Op) -> Result<(), ()> {
    let tops = module.body(0).map(Block::ops).unwrap_or_default();
    let is_defined = |op: &Op| op.is_function() && op.region(0).first_block().is_some();
    let functions = tops.iter().copied().filter(is_defined);
    let named: Vec<_> = functions
        .filter_map(|op| Some((op, op.symbol_name()?)))
        .filter(|(_, name)| op_of_libm(name).is_some())
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let called: HashSet<_> = module.walk().into_iter().map(Op::name).collect();
    let mut result = Ok(());
    for (function, name) in named {
        let Some(op) = op_of_libm(&name).filter(|op| called.contains(op)) else { continue };
        if function.attribute("sym_visibility").and_then(Attribute::as_string).as_deref() == Some("private") {
            let mut other = format!("{name}.own");
            while tops.iter().any(|op| op.symbol_name().as_deref() == Some(&other)) {
                other.push('_');
            }
            module.rename_symbol_uses(&name, &other);
            function.set_attribute("sym_name", Attribute::string(function.context(), &other));
        } else {
            let message = format!(
                "'@{name}' would be called in place of the C library's function that '{op}' becomes a call of; make it \
                 private, or give it another name"
            );
            Diagnostic::error(function.location(), message).emit();
            result = Err(());
        }
    }
    result
}

/// exp(x) - 1 without cancellation: with u = exp(x), (u - 1) x / log(u), where rounding errors of u cancel (Kahan;
/// Higham, *Accuracy and Stability of Numerical Algorithms*, 1.14.1).
fn expand_expm1(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    let expand = || {
        let (one, minus_one) = (builder.number(x.ty(), 1.0)?, builder.number(x.ty(), -1.0)?);
        let u = builder.same(math::Exp::NAME, &[x]);
        let difference = builder.same(arith::Subf::NAME, &[u, one]);
        let log = builder.same(math::Log::NAME, &[u]);
        let product = builder.same(arith::Mulf::NAME, &[difference, x]);
        let quotient = builder.same(arith::Divf::NAME, &[product, log]);
        // Where 1 does not change u, where u rounds to 0, and where u rounds to 1.
        let large = builder.cmpf(CmpFPredicate::OEQ, u, difference);
        let small = builder.cmpf(CmpFPredicate::OEQ, difference, minus_one);
        let near = builder.cmpf(CmpFPredicate::OEQ, u, one);
        let result = builder.op(arith::Select::NAME, &[large, u, quotient], x.ty());
        let result = builder.op(arith::Select::NAME, &[small, minus_one, result], x.ty());
        Some(builder.op(arith::Select::NAME, &[near, x, result], x.ty()))
    };
    replace(op, expand());
}

/// log(1 + x) without cancellation: with u = 1 + x, log(u) x / (u - 1).
fn expand_log1p(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    let expand = || {
        let one = builder.number(x.ty(), 1.0)?;
        let u = builder.same(arith::Addf::NAME, &[one, x]);
        let difference = builder.same(arith::Subf::NAME, &[u, one]);
        let log = builder.same(math::Log::NAME, &[u]);
        let ratio = builder.same(arith::Divf::NAME, &[x, difference]);
        let product = builder.same(arith::Mulf::NAME, &[log, ratio]);
        // Where 1 does not change x, and where u rounds to 1.
        let large = builder.cmpf(CmpFPredicate::OEQ, u, x);
        let near = builder.cmpf(CmpFPredicate::OEQ, u, one);
        let result = builder.op(arith::Select::NAME, &[large, log, product], x.ty());
        Some(builder.op(arith::Select::NAME, &[near, x, result], x.ty()))
    };
    replace(op, expand());
}

fn replace(op: Op, result: Option<Value>) {
    if let Some(result) = result {
        op.result(0).replace_all_uses_with(result);
        op.erase();
    }
}

/// Compares the size of a number with infinity, and with the smallest normal number of its type.
pub(crate) fn classify(op: Op) {
    let ty = op.operand(0).ty();
    let lowest = match ty.element().bit_width() {
        Some(64) => f64::MIN_POSITIVE,
        Some(16) if ty.element().is_f16() => 2f64.powi(-14),
        _ => 2f64.powi(-126),
    };
    let Some(builder) = Builder::before(op) else { return };
    let (Some(infinity), Some(lowest)) = (builder.number(ty, f64::INFINITY), builder.number(ty, lowest)) else {
        return;
    };
    let size = builder.op(math::Absf::NAME, &[op.operand(0)], ty);
    let result = op.result(0).ty();
    let value = if op.is::<math::Isinf>() {
        builder.cmpf(CmpFPredicate::OEQ, size, infinity)
    } else {
        let parts = [builder.cmpf(CmpFPredicate::OGE, size, lowest), builder.cmpf(CmpFPredicate::OLT, size, infinity)];
        builder.op(arith::Andi::NAME, &parts, result)
    };
    op.result(0).replace_all_uses_with(value);
    op.erase();
}

fn flatten(op: Op) {
    let operand = op.operand(0);
    let shape = operand.ty().shape();
    let Some(builder) = Builder::before(op).filter(|_| operand.ty().is_vector() && shape.len() != 1) else { return };
    let size: i64 = shape.iter().product();
    let flat = |ty: Type| Type::parse(ty.context(), &format!("vector<{size}x{}>", ty.element()));
    let results: Option<Vec<_>> = op.results().iter().map(|result| flat(result.ty())).collect();
    // A vector of unknown size has no flat type; the conversion will say what it thinks of it.
    let (Some(ty), Some(results)) = (flat(operand.ty()), results) else { return };
    let operand = builder.op(vector::ShapeCast::NAME, &[operand], ty);
    let attributes = op.attributes();
    let new = builder.create(op.name(), &[operand], &results, &attributes, &[]);
    for (old, new) in op.results().into_iter().zip(new.results()) {
        old.replace_all_uses_with(builder.op(vector::ShapeCast::NAME, &[new], old.ty()));
    }
    op.erase();
}
