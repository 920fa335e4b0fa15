//! Rewrites ops of `math` in kernels for which the vendors' conversions of MLIR 22 have nothing.
//!
//! 1. `trunc` to the floor of the size, `sincos` to sine and cosine, classifications to comparisons.
//! 2. Counts of bits and the size of an integer to what LLVM has.
//! 3. Integer powers to a loop over the bits of the exponent.
//! 4. Assertions to a trap, where no function of the vendor's reports them.

use super::modules;
use crate::expand_math::classify;
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-expand-device-math",
    c"Rewrite math ops and assertions in kernels that the conversions to NVVM and ROCDL lack",
    &[PassOption::new(c"trap", OptionKind::Bool, c"false", c"Make assertions traps without a message")],
    |options, module| {
        for kernels in modules(module) {
            for op in kernels.walk() {
                match op.name() {
                    "math.trunc" => expand_trunc(op),
                    "math.sincos" => expand_sincos(op),
                    "math.isinf" | "math.isnormal" => classify(op),
                    "math.ctlz" => bits(op, "llvm.intr.ctlz", Some("is_zero_poison")),
                    "math.cttz" => bits(op, "llvm.intr.cttz", Some("is_zero_poison")),
                    "math.ctpop" => bits(op, "llvm.intr.ctpop", None),
                    "math.absi" => bits(op, "llvm.intr.abs", Some("is_int_min_poison")),
                    "math.ipowi" => expand_power(op),
                    "cf.assert" if options == ["true"] => trap(op),
                    _ => {}
                }
            }
        }
        Ok(())
    },
);

fn replace(op: Op, results: &[Value]) {
    for (old, new) in op.results().into_iter().zip(results) {
        old.replace_all_uses_with(*new);
    }
    op.erase();
}

fn expand_trunc(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    let size = builder.same("math.absf", &[x]);
    let whole = builder.same("math.floor", &[size]);
    replace(op, &[builder.same("math.copysign", &[whole, x])]);
}

fn expand_sincos(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    replace(op, &["math.sin", "math.cos"].map(|name| builder.same(name, &[x])));
}

/// An op of LLVM on integers; `flag` says that some operand has no result, which none has here.
fn bits(op: Op, name: &str, flag: Option<&str>) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    if x.ty().element().is_index() {
        let Some(wide) = x.ty().with_element(Type::integer(op.context(), 64)) else { return };
        let number = builder.op("arith.index_cast", &[x], wide);
        let inner = builder.create(op.name(), &[number], &[wide], &[], &[]);
        replace(op, &[builder.op("arith.index_cast", &[inner.result(0)], x.ty())]);
        return bits(inner, name, flag);
    }
    let no = Attribute::integer(Type::integer(op.context(), 1), 0);
    let attributes: Vec<_> = flag.map(|flag| (flag, no)).into_iter().collect();
    replace(op, &[builder.create(name, &[x], &[x.ty()], &attributes, &[]).result(0)]);
}

/// x to the power n by repeated squaring. A negative n leaves 1 and -1 what they are, to an odd or even power; other
/// numbers become 0.
fn expand_power(op: Op) {
    let (Some(builder), Some(width)) = (Builder::before(op), op.operand(0).ty().bit_width()) else { return };
    let (x, n) = (op.operand(0), op.operand(1));
    let (ty, location) = (x.ty(), op.location());
    let boolean = Type::integer(op.context(), 1);
    let number = |builder: &Builder, value| builder.constant(ty, Attribute::integer(ty, value));
    let compare = |builder: &Builder, predicate, a, b| {
        let predicate = Attribute::integer(Type::integer(op.context(), 64), predicate);
        builder.create("arith.cmpi", &[a, b], &[boolean], &[("predicate", predicate)], &[]).result(0)
    };
    let (none, one, minus_one) = (number(&builder, 0), number(&builder, 1), number(&builder, -1));

    let body = Block::new(&[(Type::index(op.context()), location), (ty, location), (ty, location)]);
    let inner = Builder::at_end(body, location);
    let (product, power) = (body.argument(1), body.argument(2));
    let place = inner.op("arith.index_cast", &[body.argument(0)], ty);
    let shifted = inner.same("arith.shrui", &[n, place]);
    let bit = inner.same("arith.andi", &[shifted, one]);
    let is_set = compare(&inner, 1, bit, none);
    let larger = inner.same("arith.muli", &[product, power]);
    let next = inner.op("arith.select", &[is_set, larger, product], ty);
    let square = inner.same("arith.muli", &[power, power]);
    inner.effect("scf.yield", &[next, square]);
    let (first, last, step) = (builder.index(0), builder.index(width.into()), builder.index(1));
    let regions = [Region::with_block(body)];
    let product = builder.create("scf.for", &[first, last, step, one, x], &[ty, ty], &[], &regions).result(0);

    let odd = builder.same("arith.andi", &[n, one]);
    let is_odd = compare(&builder, 1, odd, none);
    let sign = builder.op("arith.select", &[is_odd, minus_one, one], ty);
    let is_one = compare(&builder, 0, x, one);
    let is_minus_one = compare(&builder, 0, x, minus_one);
    let small = builder.op("arith.select", &[is_minus_one, sign, none], ty);
    let inverse = builder.op("arith.select", &[is_one, one, small], ty);
    let is_negative = compare(&builder, 2, n, none);
    replace(op, &[builder.op("arith.select", &[is_negative, inverse, product], ty)]);
}

fn trap(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let holds = op.operand(0);
    let fails = builder.same("arith.xori", &[holds, builder.boolean(true)]);
    let block = Block::new(&[]);
    let inner = Builder::at_end(block, op.location());
    inner.effect("llvm.intr.trap", &[]);
    inner.effect("scf.yield", &[]);
    builder.create("scf.if", &[fails], &[], &[], &[Region::with_block(block), Region::new()]);
    op.erase();
}
