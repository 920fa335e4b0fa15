//! Sums, and index arithmetic that folds constants while it is built.

use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Type, Value},
    views::{arith, complex, scf},
};
use rustc_hash::FxHashSet;

/// The number of an integer or index constant.
pub fn constant_index(value: Value) -> Option<i64> {
    let op = value.defining_op().filter(|op| op.is_constant())?;
    op.attribute("value")?.as_integer()
}

/// `a + b` on integers or indices.
pub fn add(builder: &Builder, a: Value, b: Value) -> Value {
    match (constant_index(a), constant_index(b)) {
        (Some(0), _) => b,
        (_, Some(0)) => a,
        (Some(x), Some(y)) if a.ty().is_index() => builder.index(x.wrapping_add(y)),
        _ => builder.same(arith::Addi::NAME, &[a, b]),
    }
}

/// `a - b` on integers or indices.
pub fn subtract(builder: &Builder, a: Value, b: Value) -> Value {
    match (constant_index(a), constant_index(b)) {
        (_, Some(0)) => a,
        (Some(x), Some(y)) if a.ty().is_index() => builder.index(x.wrapping_sub(y)),
        _ => builder.same(arith::Subi::NAME, &[a, b]),
    }
}

/// `a * b` on integers or indices.
pub fn multiply(builder: &Builder, a: Value, b: Value) -> Value {
    match (constant_index(a), constant_index(b)) {
        (Some(1), _) => b,
        (_, Some(1)) => a,
        (Some(x), Some(y)) if a.ty().is_index() => builder.index(x.wrapping_mul(y)),
        _ => builder.same(arith::Muli::NAME, &[a, b]),
    }
}

/// Converts unsigned numbers between `index` and integers.
fn cast(builder: &Builder, value: Value, ty: Type) -> Value {
    if value.ty() == ty { value } else { builder.op(arith::IndexCastui::NAME, &[value], ty) }
}

/// The iterations of a counted loop: how many there are, and how an iteration's number gives its induction variable.
#[derive(Clone, Copy)]
pub struct Trips {
    pub lower: Value,
    pub upper: Value,
    pub step: Value,
    pub unsigned: bool,
}

impl Trips {
    /// The number of iterations as an index: rounded up, and zero for an empty range.
    pub fn count(&self, builder: &Builder) -> Value {
        let ty = self.lower.ty();
        let index = Type::index(builder.context());
        let zero = builder.constant(ty, Attribute::integer(ty, 0));
        let constants = (constant_index(self.lower), constant_index(self.upper), constant_index(self.step));
        if let (Some(lower), Some(upper), Some(step)) = constants
            && !self.unsigned
            && step > 0
        {
            let span = i128::from(upper) - i128::from(lower);
            let count = if span <= 0 { 0 } else { (span + i128::from(step) - 1) / i128::from(step) };
            if let Ok(count) = i64::try_from(count) {
                return builder.index(count);
            }
        }
        // Of a range that is not empty, the length is right as an unsigned number even where it overflows.
        let span = subtract(builder, self.upper, self.lower);
        let count = match constant_index(self.step) {
            Some(1) => span,
            _ => builder.same(arith::Ceildivui::NAME, &[span, self.step]),
        };
        let some = builder.cmpi(self.less(), self.lower, self.upper);
        let count = builder.op(arith::Select::NAME, &[some, count, zero], ty);
        cast(builder, count, index)
    }

    /// How the bounds of a range that is not empty compare.
    pub fn less(&self) -> arith::CmpIPredicate {
        if self.unsigned { arith::CmpIPredicate::Ult } else { arith::CmpIPredicate::Slt }
    }

    /// The induction variable of the iteration with a number.
    pub fn induction(&self, builder: &Builder, number: Value) -> Value {
        let number = cast(builder, number, self.lower.ty());
        let offset = multiply(builder, number, self.step);
        add(builder, self.lower, offset)
    }

    /// The number of the iteration with an induction variable.
    pub fn number(&self, builder: &Builder, induction: Value) -> Value {
        let offset = subtract(builder, induction, self.lower);
        let number = match constant_index(self.step) {
            Some(1) => offset,
            _ => builder.same(arith::Divui::NAME, &[offset, self.step]),
        };
        cast(builder, number, Type::index(builder.context()))
    }
}

/// `derived`, or zero where `seed` is zero; `derived` itself if it is the seed, or has no zero.
pub fn guarded(builder: &Builder, seed: Value, derived: Value) -> Value {
    if seed == derived {
        return derived;
    }
    let guard = || {
        let (none, nothing) = (builder.number(seed.ty(), 0.0)?, builder.number(derived.ty(), 0.0)?);
        let is_zero = if seed.ty().element().is_complex() {
            builder.op(complex::Eq::NAME, &[seed, none], Type::integer(builder.context(), 1))
        } else {
            builder.cmpf(arith::CmpFPredicate::OEQ, seed, none)
        };
        Some(builder.op(arith::Select::NAME, &[is_zero, nothing, derived], derived.ty()))
    };
    guard().unwrap_or(derived)
}

/// Whether a value is the float constant zero.
pub fn is_zero_constant(value: Value) -> bool {
    let constant = value.defining_op().filter(|op| op.is::<arith::Constant>());
    constant.and_then(|op| op.attribute("value")?.as_float()) == Some(0.0)
}

/// Whether the result of an op is zero since tangents or cotangents are, whatever they are multiplied with.
pub fn stays_zero(op: Op, is_zero: &dyn Fn(Value) -> bool) -> bool {
    let zero = |index| is_zero(op.operand(index));
    let nothing = |index| zero(index) || is_zero_constant(op.operand(index));
    match op.name() {
        arith::Negf::NAME | arith::Divf::NAME | arith::Extf::NAME | arith::Truncf::NAME => zero(0),
        arith::Mulf::NAME => zero(0) || zero(1),
        arith::Addf::NAME | arith::Subf::NAME => (zero(0) && nothing(1)) || (nothing(0) && zero(1)),
        arith::Select::NAME => (zero(1) && nothing(2)) || (nothing(1) && zero(2)),
        _ => false,
    }
}

/// What an op gives that adds zero to it, or subtracts zero from it. The sign of zero does not matter to derivatives.
pub fn other_addend(op: Op, is_zero: &dyn Fn(Value) -> bool) -> Option<Value> {
    match op.name() {
        arith::Addf::NAME | arith::Subf::NAME if is_zero(op.operand(1)) => Some(op.operand(0)),
        arith::Addf::NAME if is_zero(op.operand(0)) => Some(op.operand(1)),
        _ => None,
    }
}

/// The op that adds two values of a differentiable type.
pub fn sum_op(ty: Type) -> &'static str {
    if ty.element().is_complex() { complex::Add::NAME } else { arith::Addf::NAME }
}

/// The sum of two values of one differentiable type.
pub fn sum(builder: &Builder, a: Value, b: Value) -> Value {
    builder.same(sum_op(a.ty()), &[a, b])
}

/// A value in a type that is wider or narrower than its own, as [`Type::widened`] says.
pub fn converted(builder: &Builder, value: Value, ty: Type) -> Value {
    let from = value.ty();
    if from == ty {
        return value;
    }
    if from.is_complex() {
        let [re, im] = [complex::Re::NAME, complex::Im::NAME]
            .map(|part| converted(builder, builder.op(part, &[value], from.real()), ty.real()));
        return builder.op(complex::Create::NAME, &[re, im], ty);
    }
    let grows = from.element().bit_width() < ty.element().bit_width();
    builder.op(if grows { arith::Extf::NAME } else { arith::Truncf::NAME }, &[value], ty)
}

/// Lets a sum be made in any order that starts with a loop's argument and grows to what the loop yields for it, in branches
/// too.
///
/// Adjoints are such sums: the order in which contributions arrive is none of the program's.
pub fn sum_in_any_order(argument: Value, end: Op, place: usize) {
    for (user, _) in growth(argument, end, place).into_iter().flatten() {
        allow_any_order(user);
    }
}

/// The uses by which a loop's argument grows to an operand of the loop's end, if additions are all that happens to it, in
/// branches too; the last use first.
///
/// # Cost
/// Linear in the values on the way.
pub fn growth(argument: Value, end: Op, place: usize) -> Option<Vec<(Op, usize)>> {
    let mut uses = vec![];
    let mut seen = FxHashSet::from_iter([argument]);
    let mut pending = vec![(end, place)];
    while let Some((user, number)) = pending.pop() {
        uses.push((user, number));
        let value = *user.operands().get(number)?;
        // Both sides of a branch may pass on what was there before.
        if !seen.insert(value) {
            continue;
        }
        let op = value.defining_op()?;
        match (op.name(), value.result_number()?) {
            (arith::Addf::NAME, _) => pending.push((op, 0)),
            (scf::If::NAME, result) => {
                for side in 0..2 {
                    pending.push((op.body(side)?.terminator()?, result));
                }
            }
            _ => return None,
        }
    }
    Some(uses)
}

/// Whether an addition may change places with others.
pub fn is_in_any_order(sum: Op) -> bool {
    sum.fast_math() & Attribute::REASSOCIATE != 0
}

/// The flags of an addition that may change places with others.
pub(super) const ANY_ORDER: u32 = Attribute::REASSOCIATE | Attribute::NO_SIGNED_ZEROS;

/// Lets an addition change places with others.
pub fn allow_any_order(sum: Op) {
    if sum.is::<arith::Addf>()
        && let Some(flags) = Attribute::parse(sum.context(), "#arith.fastmath<reassoc,nsz>")
    {
        sum.set_attribute("fastmath", flags);
    }
}
