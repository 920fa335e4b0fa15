//! Rewrites ops of `math` in kernels for which the vendors' conversions of MLIR 22 have nothing.
//!
//! 1. `trunc` to the floor of the size, `sincos` to sine and cosine, classifications to comparisons.
//! 2. Counts of bits and the size of an integer to what LLVM has.
//! 3. Integer powers to a loop over the bits of the exponent.
//! 4. Assertions to a trap, where no function of the vendor's reports them.

use super::modules;
use crate::cpu::expand_math::classify;
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{
        arith::{self, CmpIPredicate},
        cf, llvm, math, scf,
    },
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-expand-device-math",
    c"Rewrite math ops and assertions in kernels that the conversions to NVVM and ROCDL lack",
    &[PassOption::new(c"trap", OptionKind::Bool, c"false", c"Make assertions traps without a message")],
    |options, module| {
        for kernels in modules(module) {
            for op in kernels.walk() {
                match op.name() {
                    math::Trunc::NAME => expand_trunc(op),
                    math::Sincos::NAME => expand_sincos(op),
                    math::Isinf::NAME | math::Isnormal::NAME => classify(op),
                    math::Ctlz::NAME => bits(op, llvm::IntrCtlz::NAME, Some("is_zero_poison")),
                    math::Cttz::NAME => bits(op, llvm::IntrCttz::NAME, Some("is_zero_poison")),
                    math::Ctpop::NAME => bits(op, llvm::IntrCtpop::NAME, None),
                    math::Absi::NAME => bits(op, llvm::IntrAbs::NAME, Some("is_int_min_poison")),
                    math::Ipowi::NAME => expand_power(op),
                    cf::Assert::NAME if options == ["true"] => trap(op),
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
    let size = builder.same(math::Absf::NAME, &[x]);
    let whole = builder.same(math::Floor::NAME, &[size]);
    replace(op, &[builder.same(math::Copysign::NAME, &[whole, x])]);
}

fn expand_sincos(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    replace(op, &[math::Sin::NAME, math::Cos::NAME].map(|name| builder.same(name, &[x])));
}

/// An op of LLVM on integers; `flag` says that some operand has no result, which none has here.
fn bits(op: Op, name: &str, flag: Option<&str>) {
    let Some(builder) = Builder::before(op) else { return };
    let x = op.operand(0);
    if x.ty().element().is_index() {
        let Some(wide) = x.ty().with_element(Type::integer(op.context(), 64)) else { return };
        let number = builder.op(arith::IndexCast::NAME, &[x], wide);
        let inner = builder.create(op.name(), &[number], &[wide], &[], &[]);
        replace(op, &[builder.op(arith::IndexCast::NAME, &[inner.result(0)], x.ty())]);
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
    let number = |builder: &Builder, value| builder.constant(ty, Attribute::integer(ty, value));
    let (none, one, minus_one) = (number(&builder, 0), number(&builder, 1), number(&builder, -1));

    let body = Block::new(&[(Type::index(op.context()), location), (ty, location), (ty, location)]);
    let inner = Builder::at_end(body, location);
    let (product, power) = (body.argument(1), body.argument(2));
    let place = inner.op(arith::IndexCast::NAME, &[body.argument(0)], ty);
    let shifted = inner.same(arith::Shrui::NAME, &[n, place]);
    let bit = inner.same(arith::Andi::NAME, &[shifted, one]);
    let is_set = inner.cmpi(CmpIPredicate::Ne, bit, none);
    let larger = inner.same(arith::Muli::NAME, &[product, power]);
    let next = inner.op(arith::Select::NAME, &[is_set, larger, product], ty);
    let square = inner.same(arith::Muli::NAME, &[power, power]);
    inner.effect(scf::Yield::NAME, &[next, square]);
    let (first, last, step) = (builder.index(0), builder.index(width.into()), builder.index(1));
    let regions = [Region::with_block(body)];
    let product = builder.create(scf::For::NAME, &[first, last, step, one, x], &[ty, ty], &[], &regions).result(0);

    let odd = builder.same(arith::Andi::NAME, &[n, one]);
    let is_odd = builder.cmpi(CmpIPredicate::Ne, odd, none);
    let sign = builder.op(arith::Select::NAME, &[is_odd, minus_one, one], ty);
    let is_one = builder.cmpi(CmpIPredicate::Eq, x, one);
    let is_minus_one = builder.cmpi(CmpIPredicate::Eq, x, minus_one);
    let small = builder.op(arith::Select::NAME, &[is_minus_one, sign, none], ty);
    let inverse = builder.op(arith::Select::NAME, &[is_one, one, small], ty);
    let is_negative = builder.cmpi(CmpIPredicate::Slt, n, none);
    replace(op, &[builder.op(arith::Select::NAME, &[is_negative, inverse, product], ty)]);
}

fn trap(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let holds = op.operand(0);
    let fails = builder.same(arith::Xori::NAME, &[holds, builder.boolean(true)]);
    let block = Block::new(&[]);
    let inner = Builder::at_end(block, op.location());
    inner.effect(llvm::IntrTrap::NAME, &[]);
    inner.effect(scf::Yield::NAME, &[]);
    builder.create(scf::If::NAME, &[fails], &[], &[], &[Region::with_block(block), Region::new()]);
    op.erase();
}
